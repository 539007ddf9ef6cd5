import Testing

@testable import Training

@Suite struct TrainingProgressTextTests {
  private var progress: TrainingProgress {
    TrainingProgress(
      step: 69, totalSteps: 690, epoch: 3.04, totalEpochs: 30, loss: 0.12341,
      validation: EvaluationResult(samples: 10, loss: 0.0987, accuracy: 0.972), samplesPerSecond: 45_123,
      secondsLeft: 11.2)
  }

  @Test("a line has the figures, padded so that columns stay put")
  func line() {
    #expect(
      progress.line
        == "epoch  3/30  step  69/690  loss 0.1234  validation 0.0987 97.2%  45.1k samples/s  0:12 left")
  }

  @Test("what is not known yet is left out, and a validation loss without an accuracy stands alone")
  func unknown() {
    var progress = progress
    progress.samplesPerSecond = 0
    progress.secondsLeft = nil
    progress.validation?.accuracy = nil
    #expect(progress.line == "epoch  3/30  step  69/690  loss 0.1234  validation 0.0987")
    progress.validation = nil
    progress.epoch = 30.2
    #expect(progress.line == "epoch 30/30  step  69/690  loss 0.1234")
  }

  @Test("the bar takes what the line leaves of the width, up to 30 cells, and is as full as the steps done")
  func bar() {
    let bar = progress.bar(width: 200)
    #expect(bar == "[===" + String(repeating: " ", count: 27) + "] " + progress.line)
    #expect(progress.bar(width: progress.line.count + 4 + 10).hasPrefix("[=" + String(repeating: " ", count: 9) + "] "))
    var done = progress
    done.step = 690
    #expect(done.bar(width: 200).hasPrefix("[" + String(repeating: "=", count: 30) + "] "))
    done.totalSteps = 0
    done.step = 0
    #expect(done.bar(width: 200).hasPrefix("[" + String(repeating: "=", count: 30) + "] "))
  }

  @Test("nothing drawn ever reaches the last column, where a terminal would begin a new line")
  func widths() {
    for width in 0...140 {
      #expect(progress.bar(width: width).count <= max(0, width - 1), "width \(width)")
    }
    #expect(progress.bar(width: progress.line.count + 4 + 9) == progress.line)
    #expect(progress.bar(width: 12) == "epoch  3/30")
  }
}
