// SPDX-License-Identifier: Apache-2.0
import GradusTensor

/// Fused recurrent operations besides the first one.
enum RecurrentCases {
  static let all: [LawCase] = [
    LawCase("gru", [[3, 2, 6], [2, 6], [2], [2, 2]], wide: [[3, 70, 120], [40, 120], [40], [70, 40]], gru),
    LawCase("gru", [[1, 1, 3], [1, 3], [1], [1, 1]], gru),
    LawCase(
      "slstm, exponential", [[4, 2, 16], [2, 2, 8], [2, 12]], wide: [[3, 40, 320], [2, 40, 160], [40, 240]]
    ) { slstm($0, false) },
    LawCase("slstm, sigmoid", [[4, 2, 16], [2, 2, 8], [2, 12]], wide: [[3, 40, 320], [2, 40, 160], [40, 240]]) {
      slstm($0, true)
    },
    LawCase("slstm of one number", [[2, 1, 4], [1, 1, 4], [1, 3]]) { slstm($0, true) },
  ]

  private static func gru(_ x: [TracedTensor]) -> TracedTensor {
    x[0].gru(recurrent: x[1], bias: x[2], start: x[3])
  }

  /// The hidden states alone: the others are scaled by the stabilizer, which is constant for differentiation. n begins
  /// above 0, where it is after the first step; m at 0.
  private static func slstm(_ x: [TracedTensor], _ isSigmoid: Bool) -> TracedTensor {
    let parts = x[2], rows = parts.shape[0], h = parts.shape[1] / 3
    let n = parts.slice(axis: 1, from: 2 * h, count: h).squared() + 1
    let zero = parts.tape.constant(Tensor(repeating: 0, [rows, h], parts.precision))
    let start = TracedTensor.concatenate([parts.slice(axis: 1, from: 0, count: 2 * h), n, zero], axis: 1)
    return x[0].slstm(recurrent: x[1], start: start, sigmoidForget: isSigmoid).slice(axis: 2, from: 0, count: h)
  }
}
