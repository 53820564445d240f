// SPDX-License-Identifier: Apache-2.0
public import GradusNative

/// What a rule may know about the step it takes part in.
public struct StepContext: Sendable {
  /// From 1.
  public var step: Int
  /// What a schedule outside multiplies onto the rate of the rule.
  public var rateFactor: Double
  /// f_B(θ) of the batch whose gradient this is; rules that need it say so.
  public var loss: Double?
  /// |g| of the whole gradient, also where a rule sees only some of the tensors; nil: a rule that needs it computes it.
  public var gradientNorm: Double?
  /// Threads that may help. The bits do not depend on them.
  public var crew: WorkCrew?

  @inlinable
  public init(
    step: Int, rateFactor: Double = 1, loss: Double? = nil, gradientNorm: Double? = nil, crew: WorkCrew? = nil
  ) {
    precondition(step >= 1, "steps of an update rule count from 1")
    precondition(rateFactor.isFinite && rateFactor >= 0, "a rate is multiplied by a finite factor, not \(rateFactor)")
    self.step = step
    self.rateFactor = rateFactor
    self.loss = loss
    self.gradientNorm = gradientNorm
    self.crew = crew
  }
}
