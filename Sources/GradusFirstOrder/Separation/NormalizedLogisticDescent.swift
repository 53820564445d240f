// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Gradient descent on the logistic loss until a hyperplane separates, with steps normalized by the mean weight.
///
///     σᵢ = 1/(1 + exp(yᵢaᵢᵀθ)),   ∇f = −(1/n) Σ σᵢyᵢaᵢ
///     θ ← θ − γβ∇f                β = ((1/n) Σ σᵢ)⁻¹, or 1 when not normalized
///
/// With γ → ∞ the plain form is the batch perceptron; the normalized one loses the factor n of its bound.
///
/// **Needs** margins of labelled points. **Keeps** one hyperplane.
/// **Guarantee** separates data of margin μ in the ball of radius R within R²/μ² + 2 log(2n − 1)/(γμ²) steps; the plain
/// form, with γ large, within nR²/μ².
/// **Reference** A. Tyurin, *From logistic regression to the perceptron algorithm: exploring gradient descent with large step
/// sizes* (2024), algorithm 3 and theorem 6.1.
public struct NormalizedLogisticDescent: Sendable, Codable, OptimizationMethod {
  /// γ.
  public var step: Double
  /// Whether the gradient is divided by the mean weight.
  public var isNormalized: Bool
  /// Steps until the end.
  public var steps: Int

  public init(step: Double = 100, isNormalized: Bool = true, steps: Int = 1_000_000) {
    precondition(step > 0 && step.isFinite && steps >= 0, "\(steps) steps of size \(step)")
    self.step = step
    self.isNormalized = isNormalized
    self.steps = steps
  }

  /// The hyperplane, and what is known of it.
  public struct State: Sendable, Codable {
    var hyperplane: Vector
    /// Steps made so far.
    public internal(set) var step = 0
    /// Points on the wrong side when last asked.
    public internal(set) var misclassified: Int?
    var claim: Claim?
  }

  public func start(_ problem: LinearSeparation, random: RandomStream) -> State { State(hyperplane: problem.start) }

  /// The hyperplane as it stands.
  public func ask(_ s: inout State) -> Margins? { s.claim == nil ? Margins(point: s.hyperplane) : nil }

  /// One step, unless all points are on their side.
  public func tell(_ s: inout State, _ answer: consuming MarginAnswer, to question: consuming Margins) {
    let (misclassified, weight, gradient) = (answer.misclassified, answer.meanWeight, answer.gradient)
    s.misclassified = misclassified
    guard misclassified > 0 else {
      s.claim = .optimal
      return
    }
    guard s.step < steps else {
      s.claim = .exhausted
      return
    }
    let factor = isNormalized ? step / weight : step
    let next = s.hyperplane - factor * gradient
    guard next.elements.allSatisfy(\.isFinite) else {
      s.claim = .failed
      return
    }
    s.hyperplane = next
    s.step += 1
  }

  /// The hyperplane, with the number of points on its wrong side.
  public func report(_ s: State) -> Report<Vector> {
    Report(
      point: s.hyperplane, value: s.misclassified.map(Double.init), measure: s.misclassified.map(Double.init),
      claim: s.claim)
  }
}
