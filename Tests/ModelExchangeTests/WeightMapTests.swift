import ModelExchange
import ModelZoo
import TensorCore
import TestSupport
import Testing

@Suite("A weight map")
struct WeightMapTests {
  @Test("covers every column of every parameter once, under names that differ", arguments: SmallModels.all.map(\.name))
  func cover(name: String) throws {
    let architecture = try #require(SmallModels.all.first { $0.name == name }?.architecture)
    for classes in [nil, 3] where classes == nil || name != "t5" {
      let map = WeightMap(of: HuggingFaceConfiguration(architecture, classes: classes))
      #expect(Set(map.parts.map(\.tensor.name)).count == map.parts.count)
      for (index, entry) in map.layout.entries.enumerated() {
        let parts = map.parts.filter { $0.parameter == index }
        var end = 0
        for part in parts {
          #expect(part.columns.lowerBound == end, "\(entry.name)")
          end = part.columns.upperBound
          let shape = entry.shape.dimensions.dropLast() + [part.columns.count]
          #expect(part.tensor.shape == (part.isTransposed ? shape.reversed() : Array(shape)), "\(entry.name)")
        }
        #expect(end == entry.shape.columns, "\(entry.name)")
      }
    }
  }

  @Test("takes a fused projection apart, each part the other way round, and puts it together again")
  func fused() throws {
    let map = WeightMap(of: HuggingFaceConfiguration(SmallModels.llama))
    let index = try #require(
      map.layout.entries.firstIndex { $0.name == "blocks.1.attention.projection.weight" })
    let backend = Backend()
    // 8 inputs; 24 columns of queries, 12 of keys, 12 of values. An element is its place.
    let shape = map.layout.entries[index].shape
    let parameter = Tensor((0..<shape.count).map(Float.init), shape, on: backend)
    let parts = map.parts.filter { $0.parameter == index }
    #expect(
      parts.map { "\($0.tensor.name) \($0.tensor.shape)" } == [
        "model.layers.1.self_attn.q_proj.weight [24, 8]", "model.layers.1.self_attn.k_proj.weight [12, 8]",
        "model.layers.1.self_attn.v_proj.weight [12, 8]",
      ])
    let keys = map.value(of: parts[1], in: parameter)
    // Output 2 of the keys, input 5: column 26 of row 5.
    #expect(keys.values[2 * 8 + 5] == 5 * 48 + 26)
    let arena = Arena(map.layout, on: backend)
    for part in parts { map.write(map.value(of: part, in: parameter), as: part, to: arena) }
    #expect(arena.tensor(index).values == parameter.values)
  }

  @Test("leaves the linear maps of GPT-2 as they are, which it stores as we do")
  func gpt2() {
    let map = WeightMap(of: HuggingFaceConfiguration(SmallModels.gpt2))
    #expect(map.parts.allSatisfy { !$0.isTransposed })
    #expect(
      map.parts.map { "\($0.tensor.name) \($0.tensor.shape)" }.prefix(6) == [
        "transformer.wte.weight [11, 6]", "transformer.wpe.weight [7, 6]", "transformer.h.0.ln_1.weight [6]",
        "transformer.h.0.ln_1.bias [6]", "transformer.h.0.attn.c_attn.weight [6, 18]",
        "transformer.h.0.attn.c_attn.bias [18]",
      ])
  }
}
