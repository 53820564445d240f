// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// An update rule as a method for unconstrained problems: one gradient a step, handed to the rule.
///
///     θ ← θ + rule(∇f(θ), θ, memory),   parameters of the rule in single precision
///
/// The point is one vector to the rule, or a matrix and a rest to a matrix rule, unless `layout` says which tensors it is made
/// of. What is reported is the best of the points that were asked about. The method ends after `gradients` steps, at a
/// gradient of zero, where nothing has moved for a hundred steps, and where a value, a gradient or a parameter is no number.
///
/// **Needs** values and gradients. **Keeps** the parameters, the best point and what the rule remembers.
/// **Guarantee** **Reference** those of the rule.
public struct FirstOrder<Rule: CataloguedRule>: Catalogued {
  public var rule: Rule
  /// Gradients until the end.
  public var steps: Int
  /// The tensors of the point; nil: what the rule takes an unknown point for, mostly one vector.
  public var layout: Layout?

  public init() { self.init(Rule()) }

  public init(_ rule: Rule, steps: Int = 1_000_000, layout: Layout? = nil) {
    precondition(steps >= 0, "a method takes \(steps) steps")
    self.rule = rule
    self.steps = steps
    self.layout = layout
  }

  public static var card: Card { Rule.card }

  /// Those of the rule, and the number of steps.
  public static var settings: [Setting<Self>] {
    Rule.settings.filter { !Rule.settingsOfTensors.contains($0.name) }.map { Setting(lifting: $0, \.rule) } + [
      Setting("gradients", \.steps, in: 0...1e12, "gradients until the end", role: .limit)
    ]
  }

  /// Everything that changes.
  public struct State: Sendable, Codable {
    var parameters: Buffer<Float>
    var memory: Rule.State
    var layout: Layout
    var step = 0
    /// Steps since a parameter changed.
    var still = 0
    var best: Vector
    var value: Double?
    var measure: Double?
    var claim: Claim?
  }

  /// At the start of the problem, rounded to single precision. Throws where the layout is of another size.
  public func start(_ problem: Unconstrained, random: RandomStream) throws -> State {
    let layout = layout ?? Rule.layout(of: problem.start.count)
    guard layout.count == problem.start.count else {
      throw Unsuitable(
        method: Rule.card.name, needs: "a layout of \(problem.start.count) numbers, as many as the problem has",
        found: "one of \(layout.count)", remedy: "Correct the shapes of the layout.")
    }
    return State(
      parameters: Buffer(problem.start.elements.map { Float($0).boundedToFinite }), memory: rule.start(layout),
      layout: layout, best: problem.start)
  }

  /// The parameters as they stand.
  public func ask(_ s: inout State) -> Linearize<Vector>? {
    guard s.claim == nil, s.step < steps else { return nil }
    return Linearize(point: Vector(s.parameters.elements.map { Double($0) }))
  }

  /// One step of the rule.
  public func tell(
    _ s: inout State, _ answer: consuming Linearization<Vector>, to question: consuming Linearize<Vector>
  ) {
    let point = question.point
    _ = consume question
    guard answer.value.isFinite, answer.gradient.isFinite, answer.gradient.count == s.parameters.count else {
      s.claim = .failed
      return
    }
    let measure = answer.gradient.norm
    if answer.value <= s.value ?? .infinity {
      s.best = point
      s.value = answer.value
      s.measure = measure
    }
    if measure == 0 {
      s.claim = .stationary
      return
    }
    s.step += 1
    let gradient = answer.gradient.elements.map { Float($0).boundedToFinite }
    var parameters = s.parameters
    let context = StepContext(step: s.step, loss: answer.value)
    let layout = s.layout
    var span = parameters.elements.mutableSpan
    rule.update(&span, gradient: gradient.span, state: &s.memory, layout: layout, context: context)
    guard parameters.elements.allSatisfy(\.isFinite) else {
      s.claim = .failed
      return
    }
    s.still = parameters == s.parameters ? s.still + 1 : 0
    s.parameters = parameters
    if s.still >= 100 { s.claim = .stalled } else if s.step >= steps { s.claim = .exhausted }
  }

  /// The best point that was asked about, with its value and ‖∇f‖ as measure.
  public func report(_ s: State) -> Report<Vector> {
    Report(point: s.best, value: s.value, measure: s.measure, claim: s.claim)
  }
}

extension Float {
  /// Infinities become the largest numbers.
  fileprivate var boundedToFinite: Float {
    isNaN ? self : Swift.min(Swift.max(self, -.greatestFiniteMagnitude), .greatestFiniteMagnitude)
  }
}
