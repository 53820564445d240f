// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
import GradusTensor
import Testing

@Suite("Every operation obeys the laws of derivatives")
struct OperationLawTests {
  static let indices = TensorIndices([2, 0, 2, 1], [2, 2])
  static let labels = TensorIndices([1, 0, 4])

  static let elementwiseCases: [LawCase] = [
    LawCase("negate", [[3, 4]]) { -$0[0] },
    LawCase("scale", [[3, 4]]) { $0[0] * 3 },
    LawCase("shift", [[3, 4]]) { ($0[0] + 3).squared() },
    LawCase("square", [[5]]) { $0[0].squared() },
    LawCase("sqrt", [[5]], in: 0.5...3) { $0[0].squareRoot() },
    LawCase("reciprocal", [[5]], in: 0.5...3) { $0[0].reciprocal() },
    LawCase("abs", [[5]], in: 0.5...3) { (-$0[0]).magnitude() },
    LawCase("power 2.5", [[5]], in: 0.5...3) { $0[0].power(2.5) },
    LawCase("power 3", [[5]]) { $0[0].power(3) },
    LawCase("exp", [[5]]) { $0[0].exp() },
    LawCase("log", [[5]], in: 0.5...3) { $0[0].log() },
    LawCase("tanh", [[5]]) { $0[0].tanh() },
    LawCase("erf", [[5]]) { $0[0].erf() },
    LawCase("sin", [[5]]) { $0[0].sin() },
    LawCase("cos", [[5]]) { $0[0].cos() },
    LawCase("relu", [[6]]) { $0[0].relu() },
    LawCase("leaky relu", [[6]]) { $0[0].leakyRelu(slope: 0.1) },
    LawCase("sigmoid", [[6]]) { $0[0].sigmoid() },
    LawCase("silu", [[6]]) { $0[0].silu() },
    LawCase("softplus", [[6]]) { $0[0].softplus() },
    LawCase("gelu", [[6]]) { $0[0].gelu() },
    LawCase("exact gelu", [[6]]) { $0[0].exactGelu() },
    LawCase("add", [[3, 4], [4]]) { $0[0] + $0[1] },
    LawCase("subtract", [[3, 1], [2, 1, 4]]) { $0[0] - $0[1] },
    LawCase("multiply", [[3, 4], [3, 1]]) { $0[0] * $0[1] },
    LawCase("divide", [[3, 4], [4]], in: 0.5...2) { $0[0] / $0[1] },
    LawCase("maximum", [[3, 4], [4]]) { $0[0].maximum($0[1]) },
    LawCase("minimum", [[3, 4], [3, 4]]) { $0[0].minimum($0[1]) },
    LawCase("choose", [[3, 4], [4]]) { $0[0].replacing(where: $0[0].step(), with: $0[1] * $0[1]) },
    LawCase("same twice", [[3]]) { $0[0] * $0[0] * $0[0] },
  ]

  static let structuralCases: [LawCase] = [
    LawCase("reshape", [[3, 4]]) { $0[0].reshaped([2, 6]).squared() },
    LawCase("permute", [[2, 3, 4]]) { $0[0].permuted([2, 0, 1]).squared() },
    LawCase("broadcast", [[3, 1]]) { $0[0].broadcast(to: [2, 3, 4]).squared() },
    LawCase("slice", [[4, 5]]) { $0[0].slice(axis: 1, from: 1, count: 2, by: 2).squared() },
    LawCase("pad", [[2, 3]]) { $0[0].padded(axis: 0, before: 1, after: 2).squared() },
    LawCase("concatenate", [[2, 3], [2, 2]]) { TracedTensor.concatenate([$0[0], $0[1].squared()], axis: 1) },
    LawCase("sum", [[3, 4]]) { $0[0].squared().sum() },
    LawCase("sum over first", [[3, 4, 2]]) { $0[0].squared().sum(over: [0]) },
    LawCase("sum over outer two", [[3, 4, 2]]) { $0[0].squared().sum(over: [0, 2], keepingAxes: true) },
    LawCase("mean", [[3, 4]]) { $0[0].squared().mean(over: [-1]) },
    LawCase("maximum over", [[3, 4]]) { $0[0].maximum(over: 0) * $0[0].sum() },
    LawCase("softmax", [[3, 4]]) { $0[0].softmax() },
    LawCase("softmax of columns", [[3, 4]]) { $0[0].softmax(axis: 0) },
    LawCase("log softmax", [[3, 4]]) { $0[0].logSoftmax() },
    LawCase("log sum exp", [[3, 4]]) { $0[0].logSumExp(axis: 0) },
    LawCase("gather", [[3, 2]]) { $0[0].squared().rows(indices) },
    LawCase("scatter add", [[2, 2, 3]]) { $0[0].squared().scatterAdded(at: indices, rows: 3) },
    LawCase("pick", [[3, 5]]) { $0[0].squared().picked(labels) },
    LawCase("matmul", [[3, 4], [4, 2]]) { $0[0].matmul($0[1]) },
    LawCase("matmul transposed", [[4, 3], [2, 4]]) { $0[0].transposed().matmul($0[1].transposed()) },
    LawCase("batched matmul", [[5, 3, 4], [5, 4, 2]]) { $0[0].matmul($0[1]) },
    LawCase("stretched matmul", [[5, 1, 3, 4], [2, 4, 2]]) { $0[0].matmul($0[1]) },
    LawCase("shared matmul", [[2, 3, 4], [4, 2]]) { $0[0].matmul($0[1]) },
    LawCase("linear", [[2, 3, 4], [4, 2], [2]]) { $0[0].linear($0[1], $0[2]) },
    LawCase("linear relu", [[3, 4], [4, 2], [2]]) { $0[0].linear($0[1], $0[2], rectified: true) },
    LawCase("cross entropy", [[3, 5]]) { $0[0].crossEntropy(labels) },
  ]

  @Test(arguments: elementwiseCases + structuralCases)
  func holds(_ law: LawCase) throws {
    let found = try law.violations()
    #expect(found.isEmpty, "\(found)")
  }
}
