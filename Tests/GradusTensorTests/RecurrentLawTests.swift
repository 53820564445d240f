// SPDX-License-Identifier: Apache-2.0
import GradusTensor
import Testing

@Suite("Fused recurrent operations obey the laws of derivatives")
struct RecurrentLawTests {
  static let cases: [LawCase] = [
    LawCase("gru", [[3, 2, 6], [2, 6], [2], [2, 2]]) { $0[0].gru(recurrent: $0[1], bias: $0[2], start: $0[3]) },
    LawCase("slstm, exponential", [[4, 2, 16], [2, 2, 8], [2, 12]]) { slstm($0, false) },
    LawCase("slstm, sigmoid", [[4, 2, 16], [2, 2, 8], [2, 12]]) { slstm($0, true) },
  ]

  /// The hidden states alone: the others are scaled by the stabilizer, which is constant for differentiation. n begins
  /// above 0, where it is after the first step; m at 0.
  private static func slstm(_ x: [TracedTensor], _ isSigmoid: Bool) -> TracedTensor {
    let parts = x[2], tape = parts.tape
    let n = parts.slice(axis: 1, from: 8, count: 4).squared() + 1
    let zero = tape.constant(Tensor(repeating: 0, [2, 4], .double))
    let start = TracedTensor.concatenate([parts.slice(axis: 1, from: 0, count: 8), n, zero], axis: 1)
    return x[0].slstm(recurrent: x[1], start: start, sigmoidForget: isSigmoid).slice(axis: 2, from: 0, count: 4)
  }

  @Test(arguments: cases)
  func holds(_ law: LawCase) throws {
    let found = try law.violations()
    #expect(found.isEmpty, "\(found)")
  }
}
