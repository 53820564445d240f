// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

/// Adam whose step is as long as the tensor it moves.
///
///     m ← β₁m + (1 − β₁)g,   v ← β₂v + (1 − β₂)g²,   u = (m/(1 − β₁ᵗ))/(√(v/(1 − β₂ᵗ)) + ε) + λθ
///     θ ← θ − η·|θ|/|u|·u       for each tensor; where |θ| or |u| is 0 the factor is 1
///
/// **Needs** gradients. **Keeps** two numbers a parameter.
/// **Guarantee** the mean of |∇f|² tends to zero like 1/√k for batches that grow as the steps.
/// **Reference** Y. You et al., *Large batch optimization for deep learning: training BERT in 76 minutes*, ICLR 2020.
public struct LAMB: CataloguedRule, MeasuredRule {
  /// η.
  public var rate = 1e-3
  /// β₁.
  public var beta1 = 0.9
  /// β₂.
  public var beta2 = 0.999
  /// ε.
  public var epsilon = 1e-6
  /// λ.
  public var decay = 0.0

  public init() {}

  public static let card = Card(
    "lamb", "Adam with a step in proportion to each tensor", guarantee: "stationary for large batches",
    reference: "You et al. 2020", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-4)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate), .beta1(\.beta1), .beta2(\.beta2), .epsilon(\.epsilon), .decay(\.decay),
  ]

  public var measuresTensors: Bool { true }

  public var cell: Cell2 { Cell2() }

  /// What is remembered once.
  public struct Scalars: Sendable, Codable {
    var ratio: Double
  }

  public var scalars: Scalars { Scalars(ratio: 1) }

  /// What coordinates share in the first pass.
  public struct Beginning: Sendable {
    var adam: AdamConstants
  }

  /// What they share in the second.
  public struct Constants: Sendable {
    var adam: AdamConstants
    var factor: Float
  }

  /// The numbers of the first pass.
  public func begin(_ context: StepContext, _ s: inout Scalars) -> Beginning {
    Beginning(adam: AdamConstants(beta1, beta2, epsilon, decay: decay, rate: rate, context))
  }

  @inline(__always)
  public func measure(_ g: Lane, parameter: Lane, cell: inout Cell2, _ c: Beginning, into sums: inout Sums) {
    let a = c.adam
    cell.first = a.beta1 * cell.first + a.share1 * g
    cell.second = a.beta2 * cell.second + a.share2 * (g * g)
    let step =
      (a.correction1 * cell.first) / (squareRoot(a.correction2 * cell.second) + a.epsilon) + a.decay * parameter
    sums.first += product(parameter, parameter)
    sums.second += product(step, step)
  }

  /// The numbers of the step.
  public func decide(_ sums: Sums, _ context: StepContext, _ s: inout Scalars) -> Constants {
    let (length, step) = (total(sums.first).squareRoot(), total(sums.second).squareRoot())
    s.ratio = length > 0 && step > 0 ? length / step : 1
    let ratio = s.ratio
    return Constants(
      adam: AdamConstants(beta1, beta2, epsilon, decay: decay, rate: rate, context),
      factor: Float(-context.rateFactor * rate * ratio))
  }

  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell2, _ c: Constants) {
    let a = c.adam
    u = (a.correction1 * cell.first) / (squareRoot(a.correction2 * cell.second) + a.epsilon) + a.decay * parameter
    u *= c.factor
  }
}
