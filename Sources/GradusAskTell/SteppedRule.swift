// SPDX-License-Identifier: Apache-2.0
import Gradus

/// An update rule that somebody outside steps: every gradient told is one step, whatever it is.
///
///     θ ← θ + rule(g, θ, memory),   parameters of the rule in single precision
///
/// Unlike `FirstOrder`, which looks for a minimum, it takes no gradient for an end – those of batches may vanish by chance –,
/// hears losses only for the rules that need them, and recommends what the rule recommends rather than the best point heard.
struct SteppedRule<Rule: CataloguedRule>: Catalogued {
  var rule: Rule
  /// The tensors of the parameters; nil: what the rule takes an unknown point for, mostly one vector.
  var layout: Layout?
  /// Gradients until the end.
  var steps = Int.max

  init() { self.init(Rule()) }

  init(_ rule: Rule) { self.rule = rule }

  static var card: Card { Rule.card }

  /// All of the rule, and a number of steps.
  static var settings: [Setting<Self>] {
    Rule.settings.map { Setting(lifting: $0, \.rule) } + [
      Setting("gradients", \.steps, in: 0...1e12, "gradients until the end", role: .limit)
    ]
  }

  /// Everything that changes.
  struct State: Sendable, Codable {
    var parameters: Buffer<Float>
    var memory: Rule.State
    var layout: Layout
    var step = 0
    var claim: Claim?
  }

  /// At the start of the problem, rounded to single precision. Throws where the layout is of another size or a parameter
  /// has no number in single precision.
  func start(_ problem: Unconstrained, random: RandomStream) throws -> State {
    let count = problem.start.count
    let layout = layout ?? Rule.layout(of: count)
    guard layout.count == count else {
      throw Unsuitable(
        method: Rule.card.name, needs: "a layout of \(count) numbers, as many as there are parameters",
        found: "one of \(layout.count)", remedy: "Correct the shapes of the layout.")
    }
    let parameters = problem.start.elements.map { Float($0) }
    if let i = parameters.firstIndex(where: { !$0.isFinite }) {
      throw Unsuitable(
        method: Rule.card.name, needs: "parameters of at most \(Float.greatestFiniteMagnitude) in size",
        found: "\(problem.start[i]) at coordinate \(i)", remedy: "Scale the parameters.")
    }
    return State(parameters: Buffer(parameters), memory: rule.start(layout), layout: layout)
  }

  /// The parameters as they stand.
  func ask(_ s: inout State) -> Linearize<Vector>? {
    guard s.claim == nil, s.step < steps else { return nil }
    return Linearize(point: Vector(s.parameters.elements.map { Double($0) }))
  }

  /// One step of the rule. A gradient beyond single precision counts as the largest number of its sign; parameters that
  /// overflow end the run, and those before the step stay.
  func tell(_ s: inout State, _ answer: consuming Linearization<Vector>, to question: consuming Linearize<Vector>) {
    _ = consume question
    guard answer.gradient.isFinite, answer.gradient.count == s.parameters.count,
      answer.value.isFinite || !rule.needsLoss
    else {
      s.claim = .failed
      return
    }
    s.step += 1
    let largest = Double(Float.greatestFiniteMagnitude)
    let gradient = answer.gradient.elements.map { Float(min(max($0, -largest), largest)) }
    var parameters = s.parameters
    let context = StepContext(step: s.step, loss: answer.value.isFinite ? answer.value : nil)
    let layout = s.layout
    var span = parameters.elements.mutableSpan
    rule.update(&span, gradient: gradient.span, state: &s.memory, layout: layout, context: context)
    guard parameters.elements.allSatisfy(\.isFinite) else {
      s.claim = .failed
      return
    }
    s.parameters = parameters
    if s.step >= steps { s.claim = .exhausted }
  }

  /// The point that the rule recommends – its average, where it keeps one –, without a value.
  func report(_ s: State) -> Report<Vector> {
    let average = rule.evaluationPoint(s.parameters.elements.span, state: s.memory, layout: s.layout)
    return Report(point: Vector((average ?? s.parameters.elements).map { Double($0) }), claim: s.claim)
  }
}
