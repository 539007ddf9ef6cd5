import Datasets
import Failures
import KernelInterface
import Testing

@Suite("Data split")
struct DataSplitTests {
  @Test("the parts are disjoint and cover everything", arguments: [2, 3, 10, 150, 1797, 60_000])
  func covering(count: Int) throws {
    let split = try DataSplit(
      sampleCount: count, validationFraction: 0.2, testFraction: count > 2 ? 0.1 : 0, key: RandomKey(seed: 1))
    #expect((split.training + split.validation + split.test).sorted() == Array(0..<count))
    #expect(split.validation.count == max(1, Int((0.2 * Double(count)).rounded())))
    #expect(split.training == split.training.sorted())
  }

  @Test("the same key gives the same parts, another key others")
  func stability() throws {
    func split(_ seed: UInt64) throws -> DataSplit {
      try DataSplit(sampleCount: 1000, validationFraction: 0.1, testFraction: 0.1, key: RandomKey(seed: seed))
    }
    #expect(try split(1) == split(1))
    #expect(try split(1).test != split(2).test)
    #expect(try split(1).test != Array(0..<100))
  }

  @Test("fractions of 0 leave everything to training")
  func noFractions() throws {
    let split = try DataSplit(sampleCount: 4, validationFraction: 0, testFraction: 0, key: RandomKey(seed: 1))
    #expect(split.training == [0, 1, 2, 3])
    #expect(split.validation.isEmpty && split.test.isEmpty)
  }

  @Test(
    "a fraction outside 0..<1 is refused by name",
    arguments: [(-0.1, 0.1, "validation"), (0.1, 1, "test"), (.nan, 0.1, "validation")])
  func badFraction(validation: Double, test: Double, name: String) throws {
    let error = try #require(throws: DatasetError.self) {
      try DataSplit(sampleCount: 10, validationFraction: validation, testFraction: test, key: RandomKey(seed: 1))
    }
    #expect(error.message.contains("the \(name) part"))
    #expect(error.exitStatus == .configuration)
  }

  @Test("fractions that leave nothing to train on are refused", arguments: [(10, 0.5, 0.5), (1, 0.1, 0), (0, 0, 0)])
  func nothingLeft(count: Int, validation: Double, test: Double) throws {
    let error = try #require(throws: DatasetError.self) {
      try DataSplit(sampleCount: count, validationFraction: validation, testFraction: test, key: RandomKey(seed: 1))
    }
    #expect(error.message.contains("leave none of \(count) to train on"))
  }
}

@Suite("Shard plan")
struct ShardPlanTests {
  static let shapes = [(4, 4, 4), (10, 4, 2), (10, 10, 5), (150, 32, 8), (1797, 64, 4), (97, 12, 3), (7, 5, 1)]

  @Test("every epoch shows every sample once, whatever the batch", arguments: shapes)
  func coverage(count: Int, batch: Int, lanes: Int) throws {
    let plan = try ShardPlan(sampleCount: count, batchSize: batch, lanes: lanes, key: RandomKey(seed: 9))
    let stream = (0..<plan.steps(forEpochs: 3)).flatMap { step in
      (0..<lanes).flatMap { plan.samples(step: step, lane: $0) }
    }
    for epoch in 0..<3 {
      #expect(stream[epoch * count..<(epoch + 1) * count].sorted() == Array(0..<count))
    }
    #expect(count < 10 || stream[..<count] != stream[count..<2 * count])
  }

  @Test("the batch of a step is the same for any number of lanes")
  func lanes() throws {
    for step in [0, 1, 28, 29, 1000] {
      let batches = try [1, 2, 3, 4, 6, 12].map { lanes in
        let plan = try ShardPlan(sampleCount: 173, batchSize: 12, lanes: lanes, key: RandomKey(seed: 9))
        return (0..<lanes).flatMap { plan.samples(step: step, lane: $0) }
      }
      #expect(Set(batches).count == 1)
      #expect(batches[0].count == 12)
    }
  }

  @Test("the ends of epochs agree with the stream", arguments: shapes)
  func epochs(count: Int, batch: Int, lanes: Int) throws {
    let plan = try ShardPlan(sampleCount: count, batchSize: batch, lanes: lanes, key: RandomKey(seed: 9))
    var ended = 0
    for step in 0..<50 {
      #expect(plan.epoch(ofStep: step) == ended)
      #expect(plan.completedEpochs(afterSteps: step) == ended)
      let holdsLast = (step * batch..<(step + 1) * batch).contains { $0 % count == count - 1 }
      #expect(plan.endsEpoch(step: step) == holdsLast)
      if holdsLast {
        ended += 1
        #expect(plan.steps(forEpochs: ended) == step + 1)
      }
    }
  }

  @Test("a batch that the lanes do not divide is refused, with one that they do")
  func unevenLanes() throws {
    let error = try #require(throws: DatasetError.self) {
      try ShardPlan(sampleCount: 100, batchSize: 10, lanes: 4, key: RandomKey(seed: 1))
    }
    #expect(error.message.contains("10 samples cannot be cut into 4 equal lanes"))
    #expect(error.remedy?.contains("such as 12") == true)
    #expect(error.exitStatus == .configuration)
  }

  @Test("a set smaller than a batch is refused, with the largest batch that fits")
  func smallSet() throws {
    let error = try #require(throws: DatasetError.self) {
      try ShardPlan(sampleCount: 12, batchSize: 64, lanes: 4, key: RandomKey(seed: 1))
    }
    #expect(error.message.contains("holds 12 samples, fewer than one batch of 64"))
    #expect(error.remedy?.contains("at most 12") == true)
    #expect(error.exitStatus == .configuration)
  }
}

@Suite("Evaluation plan")
struct EvaluationPlanTests {
  @Test("the ranks compute every sample once", arguments: 1...5)
  func coverage(ranks: Int) {
    for (count, size) in [(0, 10), (1, 10), (10, 10), (11, 10), (359, 64), (5, 1)] {
      let plan = EvaluationPlan(sampleCount: count, chunkSize: size)
      let samples = (0..<ranks).flatMap { rank in
        plan.chunks(ofRank: rank, of: ranks).flatMap { plan.samples(ofChunk: $0) }
      }
      #expect(samples.sorted() == Array(0..<count))
      #expect((0..<plan.chunkCount).flatMap { plan.samples(ofChunk: $0) } == Array(0..<count))
    }
  }

  @Test("only the last chunk may be short, and an empty set has none")
  func chunks() {
    let plan = EvaluationPlan(sampleCount: 25, chunkSize: 10)
    #expect((0..<3).map { plan.samples(ofChunk: $0) } == [0..<10, 10..<20, 20..<25])
    #expect(plan.chunks(ofRank: 1, of: 2) == [1])
    #expect(plan.chunks(ofRank: 3, of: 4) == [])
    #expect(EvaluationPlan(sampleCount: 0, chunkSize: 10).chunkCount == 0)
  }
}
