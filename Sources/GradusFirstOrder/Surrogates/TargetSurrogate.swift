// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One dear gradient in the space of outputs, then many cheap steps of the parameters.
///
///     zₜ = f(θₜ; X_B),   dₜ = ∇ℓ(zₜ)
///     g(θ) = ℓ(zₜ) + dₜᵀ(f(θ) − zₜ) + |f(θ) − zₜ|²/(2ηₜB)
///     θₜ₊₁: m steps of gradient descent on g,  step s = s₀, s₀/2, …  until  g(θ − s∇g) ≤ g(θ) − cs|∇g|²
///
/// B is the number of outputs, so that η does not depend on the batch. With m = 1 it is gradient descent in the parameters.
/// On all observations with 1/(ηB) at least the smoothness of ℓ in z, g lies above the loss, which then never rises.
///
/// **Needs** losses of outputs with their derivatives, one answer a step. **Keeps** the parameters.
/// **Guarantee** descent on whole data as said; the usual rates of stochastic descent in expectation.
/// **Reference** J. W. Lavington, S. Vaswani, R. Babanezhad, M. Schmidt & N. Le Roux, *Target-based surrogates for stochastic
/// optimization*, ICML 2023, algorithm 1.
public struct TargetSurrogate<Model: OutputModel>: OptimizationMethod {
  /// How η depends on the step.
  public enum Rate: String, Sendable, Codable, Hashable, CaseIterable {
    /// η.
    case constant
    /// η/√t.
    case inverseRoot = "inverse-root"
    /// η·T^(−t/T).
    case exponential
  }

  /// η.
  public var eta: Double
  public var rate: Rate
  /// m.
  public var innerSteps: Int
  /// Observations a step; all of them when there are fewer.
  public var batchSize: Int
  /// T.
  public var steps: Int
  /// s₀ and c.
  public var firstStep = 10.0
  public var decrease = 0.5
  /// |∇g| at which the inner steps end.
  public var tolerance = 1e-6

  public init(eta: Double, rate: Rate = .constant, innerSteps: Int = 20, batchSize: Int = 64, steps: Int = 1000) {
    precondition(eta > 0 && eta.isFinite, "η is a positive number, not \(eta)")
    precondition(innerSteps > 0 && batchSize > 0 && steps > 0, "a surrogate is minimized in steps, on batches")
    self.eta = eta
    self.rate = rate
    self.innerSteps = innerSteps
    self.batchSize = batchSize
    self.steps = steps
  }

  /// Parameters, order of observations, and the batch that was asked about.
  public struct State: Sendable, Codable {
    public internal(set) var parameters: Vector
    public internal(set) var step = 0
    /// The loss of the last batch.
    public internal(set) var loss: Double?
    /// Model evaluations of inner steps so far.
    public internal(set) var evaluations = 0
    var order: BatchOrder
    var rows: [Int]?
    var stream: RandomStream
    var model: Model
    var claim: Claim?
  }

  public func start(_ problem: OutputProblem<Model>, random: RandomStream) -> State {
    State(
      parameters: problem.start,
      order: BatchOrder(
        count: problem.observationCount, size: min(batchSize, problem.observationCount), stream: random.child("order"),
        isShuffled: batchSize < problem.observationCount, dropsLast: true),
      stream: random.child("batches"), model: problem.model)
  }

  /// The outputs of the next batch.
  public func ask(_ s: inout State) -> TargetGradient? {
    guard s.claim == nil, s.step < steps else { return nil }
    let rows = s.rows ?? s.order.next()
    s.rows = rows
    guard let outputs = try? s.model.outputs(s.parameters, of: rows) else {
      s.claim = .failed
      return nil
    }
    return TargetGradient(outputs: outputs, rows: rows, stream: s.stream.child("batch", s.step))
  }

  /// Builds the surrogate and walks down on it.
  public func tell(
    _ s: inout State, _ answer: consuming Linearization<Vector>, to question: consuming TargetGradient
  ) {
    let (loss, slope) = (answer.value, answer.gradient)
    s.rows = nil
    s.step += 1
    s.loss = loss
    guard loss.isFinite, slope.count == question.outputs.count, slope.elements.allSatisfy(\.isFinite) else {
      s.claim = .failed
      return
    }
    let surrogate = Surrogate(
      model: s.model, rows: question.rows, outputs: question.outputs, slope: slope, loss: loss,
      curvature: 1 / (currentEta(s.step) * Double(max(1, question.outputs.count))))
    do { try descend(surrogate, &s) } catch { s.claim = .failed }
    if s.claim == nil, s.step >= steps { s.claim = .exhausted }
  }

  private func currentEta(_ step: Int) -> Double {
    switch rate {
    case .constant: eta
    case .inverseRoot: eta / Double(step).squareRoot()
    case .exponential: eta * exp(-Double(step) / Double(steps) * log(Double(steps)))
    }
  }

  private func descend(_ surrogate: Surrogate<Model>, _ s: inout State) throws {
    var (value, gradient) = try surrogate.linearization(at: s.parameters)
    for _ in 0..<innerSteps {
      let square = gradient.inner(gradient)
      guard square.squareRoot() > tolerance else { return }
      var step = firstStep
      while true {
        let trial = s.parameters - step * gradient
        let there = try surrogate.value(at: trial)
        s.evaluations += 1
        if there <= value - decrease * step * square {
          s.parameters = trial
          break
        }
        step /= 2
        // Rounding leaves nothing to gain.
        guard step * square.squareRoot() > 1e-16 * max(1, s.parameters.norm) else { return }
      }
      (value, gradient) = try surrogate.linearization(at: s.parameters)
    }
  }

  /// The parameters, with the loss of the last batch.
  public func report(_ s: State) -> Report<Vector> { Report(point: s.parameters, value: s.loss, claim: s.claim) }
}

/// g(θ) = ℓ + dᵀ(f − z) + κ|f − z|²/2.
struct Surrogate<Model: OutputModel> {
  var model: Model
  var rows: [Int]
  var outputs: Vector
  var slope: Vector
  var loss: Double
  var curvature: Double

  func value(at parameters: Vector) throws -> Double {
    let move = try model.outputs(parameters, of: rows) - outputs
    return loss + slope.inner(move) + 0.5 * curvature * move.inner(move)
  }

  func linearization(at parameters: Vector) throws -> (value: Double, gradient: Vector) {
    let move = try model.outputs(parameters, of: rows) - outputs
    let gradient = try model.pullback(slope + curvature * move, at: parameters, of: rows)
    return (loss + slope.inner(move) + 0.5 * curvature * move.inner(move), gradient)
  }
}
