// SPDX-License-Identifier: Apache-2.0
import GradusTensor

/// Operations on one element at a time, and on two.
enum ElementwiseCases {
  private static func unary(
    _ name: String, in range: ClosedRange<Double> = -2...2,
    _ function: @escaping @Sendable (TracedTensor) -> TracedTensor
  ) -> [LawCase] {
    let law = LawCase(name, [[3, 4]], wide: [[17_000]], in: range) { function($0[0]) }
    return [law, law.at([[7]]), law.at([[1]]), law.at([[]])]
  }

  private static func binary(
    _ name: String, in range: ClosedRange<Double> = -2...2,
    _ function: @escaping @Sendable (TracedTensor, TracedTensor) -> TracedTensor
  ) -> [LawCase] {
    let law = LawCase(name, [[3, 4], [3, 4]], wide: [[2, 8500], [8500]], in: range) { function($0[0], $0[1]) }
    return [law, law.at([[3, 4], [4]]), law.at([[3, 1], [2, 1, 5]]), law.at([[], [3]]), law.at([[1], [1]])]
  }

  static let one: [LawCase] = [
    unary("negate") { -$0 }, unary("scale") { $0 * 3 }, unary("scale from the left") { 3 * $0 },
    unary("divide by a number") { $0 / 3 }, unary("shift") { $0 + 3 }, unary("shift from the left") { 3 + $0 },
    unary("shift down") { $0 - 3 }, unary("subtract from a number") { 3 - $0 }, unary("square") { $0.squared() },
    unary("sqrt", in: 0.5...3) { $0.squareRoot() }, unary("reciprocal", in: 0.5...3) { $0.reciprocal() },
    unary("abs") { $0.magnitude() }, unary("sign") { $0.sign() * $0 }, unary("step") { $0.step(above: 0.5) * $0 },
    unary("power 0") { $0.power(0) }, unary("power 1") { $0.power(1) }, unary("power 2") { $0.power(2) },
    unary("power 3") { $0.power(3) }, unary("power 4") { $0.power(4) },
    unary("power -1", in: 0.5...3) { $0.power(-1) }, unary("power 0.5", in: 0.5...3) { $0.power(0.5) },
    unary("power 2.5", in: 0.5...3) { $0.power(2.5) }, unary("exp") { $0.exp() },
    unary("log", in: 0.5...3) { $0.log() },
    unary("tanh") { $0.tanh() }, unary("erf") { $0.erf() }, unary("sin") { $0.sin() }, unary("cos") { $0.cos() },
    unary("relu") { $0.relu() }, unary("leaky relu") { $0.leakyRelu(slope: 0.1) }, unary("sigmoid") { $0.sigmoid() },
    unary("silu") { $0.silu() }, unary("softplus") { $0.softplus() }, unary("gelu") { $0.gelu() },
    unary("exact gelu") { $0.exactGelu() }, unary("tap without a hook") { $0.tapped("x") * 2 },
    unary("cotangent hook that reads") { $0.onCotangent { $0 } },
  ].flatMap { $0 }

  static let two: [LawCase] = [
    binary("add") { $0 + $1 }, binary("subtract") { $0 - $1 }, binary("multiply") { $0 * $1 },
    binary("divide", in: 0.5...2) { $0 / $1 }, binary("maximum") { $0.maximum($1) },
    binary("minimum") { $0.minimum($1) },
    binary("equal") { $0 + $0.equal($1) * $1 },
    binary("choose") { $0.replacing(where: $0.step(), with: $1 * $1) },
    [LawCase("same twice", [[3]]) { $0[0] * $0[0] * $0[0] }],
  ].flatMap { $0 }

  /// What has no derivative in general, or none that differences see: examined by other tests.
  static let withoutDerivative: [LawCase] = [LawCase("stop", [[3]]) { $0[0] * $0[0].stopGradient() }]
}
