// SPDX-License-Identifier: Apache-2.0
import GradusTensor

/// Operations that move, sum and select elements.
enum StructuralCases {
  static let indices = TensorIndices([2, 0, 2, 1], [2, 2])
  static let labels = TensorIndices([1, 0, 4])
  static let groups = TensorIndices([1, 0, 1, 2, 1])

  private static func cases(
    _ name: String, _ places: [[TensorShape]], wide: [TensorShape]? = nil,
    _ function: @escaping @Sendable ([TracedTensor]) -> TracedTensor
  ) -> [LawCase] {
    let first = LawCase(name, places[0], wide: wide, function)
    return [first] + places.dropFirst().map { first.at($0) }
  }

  static let movement: [LawCase] = [
    cases("reshape", [[[3, 4]], [[12]], [[2, 1, 6]]]) { $0[0].reshaped([2, 6]) },
    cases("flatten", [[[2, 3, 2]], [[3, 1]], [[1]]]) { $0[0].flattened() },
    cases("permute", [[[2, 3, 4]], [[1, 3, 1]]], wide: [[20, 30, 40]]) { $0[0].permuted([2, 0, 1]) },
    cases("transpose", [[[2, 3]], [[2, 3, 4]], [[1, 1]]], wide: [[130, 140]]) { $0[0].transposed() },
    cases("transpose of chosen axes", [[[2, 3, 4]]]) { $0[0].transposed(0, -1) },
    cases("broadcast", [[[3, 1]], [[1]], [[]], [[3, 4]]]) { $0[0].broadcast(to: [2, 3, 4]) },
    cases("slice", [[[4, 5]], [[1, 5]]]) { $0[0].slice(axis: 1, from: 1, count: 2, by: 2) },
    cases("slice of the first axis", [[[5, 3]]]) { $0[0].slice(axis: 0, from: 2, count: 1) },
    cases("pad", [[[2, 3]], [[1, 1]]]) { $0[0].padded(axis: 0, before: 1, after: 2) },
    cases("pad behind the last axis", [[[2, 3]]]) { $0[0].padded(axis: -1, before: 0, after: 1) },
    cases("concatenate", [[[2, 3], [2, 2]], [[1, 1], [1, 4]]]) { TracedTensor.concatenate([$0[0], $0[1]], axis: 1) },
    cases("concatenate rows", [[[2, 3], [1, 3]]]) { TracedTensor.concatenate([$0[0], $0[1], $0[0]], axis: 0) },
  ].flatMap { $0 }

  static let reductions: [LawCase] = [
    cases("sum", [[[3, 4]], [[1]], [[]]], wide: [[17_000]]) { $0[0].sum() },
    cases("sum over the first axis", [[[3, 4, 2]], [[1, 5, 1]]], wide: [[130, 140, 1]]) { $0[0].sum(over: [0]) },
    cases("sum over the outer axes", [[[3, 4, 2]]]) { $0[0].sum(over: [0, 2], keepingAxes: true) },
    cases("sum of columns, many", [[[3, 67]]], wide: [[260, 67]]) { $0[0].sum(over: [0]) },
    cases("mean", [[[3, 4]], [[1]]]) { $0[0].mean() },
    cases("mean over an axis", [[[3, 4]], [[3, 1]]]) { $0[0].mean(over: [-1]) },
    cases("maximum over", [[[3, 4]], [[1, 1]]]) { $0[0].maximum(over: 0) },
    cases("maximum over, kept", [[[3, 17]]]) { $0[0].maximum(over: -1, keepingAxis: true) },
    cases("minimum over", [[[3, 4]], [[5, 1]]]) { $0[0].minimum(over: 1) },
    cases("softmax", [[[3, 4]], [[2, 1]], [[17]]], wide: [[130, 70]]) { $0[0].softmax() },
    cases("softmax of columns", [[[3, 4]]]) { $0[0].softmax(axis: 0) },
    cases("log softmax", [[[3, 4]], [[2, 1]], [[17]]], wide: [[130, 70]]) { $0[0].logSoftmax() },
    cases("log sum exp", [[[3, 4]], [[2, 3, 2]]]) { $0[0].logSumExp(axis: 0) },
  ].flatMap { $0 }

  static let indexing: [LawCase] = [
    cases("gather", [[[3, 2]], [[3]], [[4, 1, 2]]]) { $0[0].rows(indices) },
    cases("scatter add", [[[2, 2, 3]], [[2, 2]]]) { $0[0].scatterAdded(at: indices, rows: 3) },
    cases("scatter min", [[[5, 2]], [[5]]]) { $0[0].scatterMinimum(at: groups, rows: 3) },
    cases("pick", [[[3, 5]]]) { $0[0].picked(labels) },
  ].flatMap { $0 }
}
