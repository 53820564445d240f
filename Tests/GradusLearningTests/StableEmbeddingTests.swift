// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import GradusTensor
import Testing

/// Vectors of tokens that are normalized, and their training with memory in bytes for everything else.
@Suite struct StableEmbeddingTests {
  @Test func vectorsAreNormalized() throws {
    let part = StableEmbedding(12, 32)
    #expect(part.tensors.map(\.name) == ["table", "norm.gain", "norm.bias"])
    let tape = TensorTape(engine: TensorEngine(), isRecording: false)
    let named = part.tensors.map { tensor in
      let numbers = tensor.initializer.numbers(tensor.shape, RandomStream(seed: 1))
      return (tensor.name, tape.constant(Tensor(numbers, TensorShape(tensor.shape))))
    }
    let p = ModelParameters(Dictionary(uniqueKeysWithValues: named))
    let y = try part(TensorIndices([3, 0, 11, 3]), p).value
    #expect(y.shape == [4, 32])
    let rows = stride(from: 0, to: y.floats.count, by: 32).map { Array(y.floats[$0..<$0 + 32]) }
    for row in rows {
      let mean = row.reduce(0, +) / 32
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 32
      #expect(abs(mean) < 1e-5 && abs(variance - 1) < 0.01)
    }
    #expect(rows[0] == rows[3] && rows[0] != rows[1])
    // Xavier's uniform numbers.
    let table = part.tensors[0].initializer.numbers([12, 32], RandomStream(seed: 1))
    #expect(table.allSatisfy { abs($0) <= Float((6.0 / 44).squareRoot()) })
  }

  @Test func tablesKeepTheirBits() {
    let layout = Layout(
      StableEmbedding(64, 128).tensors("embedding").map { ($0.name, $0.shape) } + [("map.weight", [128, 64])])
    let rule = Partitioned("*embedding.table", AdamW(), else: Quantized(AdamW()))
    let state = rule.start(layout)
    #expect(state.first.reduce(0) { $0 + 4 * $1.count * Cells<Cell2>.words } == 8 * 64 * 128)
    #expect(state.second.reduce(0) { $0 + $1.byteCount } < 3 * 128 * 64)
  }
}
