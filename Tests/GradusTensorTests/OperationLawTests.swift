// SPDX-License-Identifier: Apache-2.0
import GradusTensor
import Testing

@Suite("Every operation obeys every law")
struct OperationLawTests {
  @Test(arguments: LawRegistry.all)
  func derivatives(_ law: LawCase) throws {
    let found = try law.derivativeViolations()
    #expect(found.isEmpty, "\(found)")
  }

  @Test(arguments: LawRegistry.all)
  func computation(_ law: LawCase) throws {
    let found = try law.computationViolations()
    #expect(found.isEmpty, "\(found)")
  }

  /// Operations that take tensors without elements give such, and gradients of the right shapes without NaN.
  @Test(arguments: [
    LawCase("elementwise", [[0, 3], [3]]) { ($0[0] * $0[1] + $0[0].tanh()).relu() },
    LawCase("product", [[0, 3], [3, 2]]) { $0[0].matmul($0[1]) },
    LawCase("product without terms", [[2, 0], [0, 3]]) { $0[0].matmul($0[1]) },
    LawCase("linear", [[0, 3], [3, 2], [2]]) { $0[0].linear($0[1], $0[2], rectified: true) },
    LawCase("sum", [[0, 3]]) { $0[0].sum(over: [0]) + $0[0].mean() },
    LawCase("softmax", [[0, 3]]) { $0[0].softmax() + $0[0].logSoftmax() },
    LawCase("norms", [[0, 3], [3], [3]]) { $0[0].layerNorm(gain: $0[1], bias: $0[2]).rmsNorm(gain: $0[1]) },
    LawCase("views", [[2, 0, 3]]) { $0[0].permuted([2, 0, 1]).reshaped([0, 6]) },
    LawCase("slice and pad", [[2, 3]]) { $0[0].slice(axis: 1, from: 1, count: 0).padded(axis: 1, before: 1, after: 0) },
    LawCase("concatenate", [[0, 3], [2, 3]]) { TracedTensor.concatenate($0, axis: 0) },
    LawCase("gather", [[3, 2]]) { $0[0].rows(TensorIndices([], [0])) },
    LawCase("scatter add", [[0, 2]]) { $0[0].scatterAdded(at: TensorIndices([], [0]), rows: 2) },
    LawCase("attention", [[0, 3, 6]]) { $0[0].selfAttention(heads: 1) },
    LawCase("convolution", [[0, 2, 3, 3], [2, 2, 2, 2], [2]]) { $0[0].convolution2D($0[1], bias: $0[2]) },
    LawCase("lstm", [[0, 2, 8], [2, 8], [2, 4]]) { $0[0].lstm(recurrent: $0[1], start: $0[2]) },
  ])
  func empty(_ law: LawCase) throws {
    for precision in [Precision.double, .single] {
      let tape = TensorTape(engine: TensorEngine(threads: 2)), point = law.point(law.shapes)
      let xs = point.map { tape.parameter("x", $0.copied(to: precision)) }
      let y = law.function(xs), value = try y.value
      #expect(value.doubles.allSatisfy { !$0.isNaN })
      let gradients = try tape.backward(from: y, cotangent: Tensor(repeating: 1, value.shape, precision))
      for (x, value) in zip(xs, point) {
        let gradient = gradients[x] ?? Tensor(repeating: 0, value.shape, precision)
        #expect(gradient.shape == value.shape && gradient.doubles.allSatisfy(\.isFinite))
      }
    }
  }
}
