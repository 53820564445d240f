// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import GradusTensor
import Testing

/// Parts of models: names, random numbers, beginnings.
@Suite struct LayerTests {
  /// As `Documentation/layers.md` has it.
  private struct Block: Layer {
    var norm = LayerNorm(16)
    var first = Linear(16, 64)
    var second = Linear(64, 16)
    var dropout = Dropout(0.1)

    var tensors: [ModelTensor] {
      norm.tensors("norm") + first.tensors("first") + second.tensors("second")
    }

    func callAsFunction(_ x: TracedTensor, _ p: ModelParameters) -> TracedTensor {
      let h = first(norm(x, p.part("norm")), p.part("first")).gelu()
      return x + dropout(second(h, p.part("second")), p.part("dropout"))
    }
  }

  @Test func namesHavePlaces() throws {
    let tensors = Block().tensors("layer0")
    #expect(
      tensors.map(\.name) == [
        "layer0.norm.gain", "layer0.norm.bias", "layer0.first.weight", "layer0.first.bias", "layer0.second.weight",
        "layer0.second.bias",
      ])
    let tape = TensorTape(engine: TensorEngine(), isRecording: false)
    let named = tensors.map { tensor in
      let numbers = tensor.initializer.numbers(tensor.shape, RandomStream(seed: 1))
      return (tensor.name, tape.constant(Tensor(numbers, TensorShape(tensor.shape))))
    }
    let p = ModelParameters(Dictionary(uniqueKeysWithValues: named))
    let y = Block()(tape.constant(Tensor(repeating: 1, [3, 16])), p.part("layer0"))
    #expect(try y.value.shape == [3, 16])
  }

  @Test func dropoutDrawsFromItsPlace() throws {
    let tape = TensorTape(engine: TensorEngine(), isRecording: false)
    let x = tape.constant(Tensor(repeating: 1, [100, 100]))
    func masked(_ place: String, _ seed: UInt64) throws -> [Float] {
      let p = ModelParameters([:], use: .training(RandomStream(seed: seed)))
      return try Dropout(0.25)(x, p.part(place)).value.floats
    }
    let a = try masked("a", 1)
    #expect(a == (try masked("a", 1)))
    #expect(a != (try masked("b", 1)))
    #expect(a != (try masked("a", 2)))
    #expect(Set(a) == [0, Float(1 / 0.75)])
    // 10,000 draws: the share kept lies within four standard deviations.
    let dropped = Double(a.filter { $0 == 0 }.count), deviation = (10_000.0 * 0.25 * 0.75).squareRoot()
    #expect(abs(dropped - 2500) < 4 * deviation)
    let p = ModelParameters([:])
    #expect(try Dropout(0.25)(x, p).value.floats == x.value.floats)
  }

  @Test func initializersHaveTheirVariance() {
    let shape = [50, 200]
    func variance(_ initializer: Initializer) -> Double {
      let numbers = initializer.numbers(shape, RandomStream(seed: 5)).map { Double($0) }
      return numbers.reduce(0) { $0 + $1 * $1 } / Double(numbers.count)
    }
    for (initializer, expected) in [
      (.he(inputs: 50), 2.0 / 50), (.heUniform(inputs: 50), 2.0 / 50), (.lecun(inputs: 50), 1.0 / 50),
      (.lecunUniform(inputs: 50), 1.0 / 50), (.glorot(inputs: 50, outputs: 200), 2.0 / 250),
      (.glorotUniform(inputs: 50, outputs: 200), 2.0 / 250), (.truncatedNormal(0.1), 0.01 * 0.7737413),
      (.constant(3), 9),
    ] as [(Initializer, Double)] {
      #expect(abs(variance(initializer) / expected - 1) < 0.06, "\(initializer)")
    }
    #expect(Initializer.truncatedNormal(1).numbers([1000], RandomStream(seed: 1)).allSatisfy { abs($0) <= 2 })
    #expect(Initializer.uniform(0.5).numbers([1000], RandomStream(seed: 1)).allSatisfy { abs($0) <= 0.5 })
  }

  @Test(arguments: [[6, 10], [10, 6], [5, 5], [4, 3, 2]])
  func orthogonalMatrices(_ shape: [Int]) {
    let (rows, columns) = (shape[0], shape.dropFirst().reduce(1, *))
    let q = Initializer.orthogonal(2).numbers(shape, RandomStream(seed: 3)).map { Double($0) }
    let isWide = rows <= columns
    func element(_ vector: Int, _ i: Int) -> Double { isWide ? q[vector * columns + i] : q[i * columns + vector] }
    for a in 0..<min(rows, columns) {
      for b in 0...a {
        let product = (0..<max(rows, columns)).reduce(0) { $0 + element(a, $1) * element(b, $1) }
        #expect(abs(product - (a == b ? 4 : 0)) < 1e-6)
      }
    }
  }
}
