// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import Synchronization

/// f(x) and ∇f(x) in a question of its own, so that a flaw can lie in the asking.
struct DescentQuestion<F: Flaw>: Query, Codable {
  var point: Vector

  struct Answer: Sendable, Codable {
    var value: Double
    var gradient: Vector

    init(_ linear: Linearization<Vector>) {
      value = linear.value
      gradient = linear.gradient
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(F.kind == .roundsJournal ? (value * 1000).rounded() / 1000 : value, forKey: .value)
      try container.encode(gradient, forKey: .gradient)
    }

    enum CodingKeys: CodingKey { case value, gradient }
  }

  static var needs: String { "values and gradients" }
  var kind: String { "gradient" }

  func put(to oracle: any FirstOrderOracle<Vector>) async throws -> Answer {
    if F.kind == .asksOracleTwice { _ = try await oracle.linearization(at: point) }
    return Answer(try await oracle.linearization(at: point))
  }

  func answerNow(from oracle: any FirstOrderOracle<Vector>) throws -> Answer? {
    try oracle.immediateLinearization(at: point).map { Answer($0) }
  }
}

/// A number that two copies of a state would share.
final class SharedNumber: Sendable, Codable {
  private let content: Mutex<Double>
  init(_ number: Double) { content = Mutex(number) }
  var number: Double {
    get { content.withLock { $0 } }
    set { content.withLock { $0 = newValue } }
  }
  convenience init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(Double.self))
  }
  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(number)
  }
}

/// Steepest descent with backtracking, sound or with one flaw.
struct Descent<F: Flaw>: Catalogued {
  var step = 0.25
  var shrink = 0.5
  var patience = 3

  static var card: Card {
    Card(
      "descent-\(F.kind)", "steepest descent for tests", guarantee: "linear", reference: "by construction",
      trials: [Trial("sphere,n=4", answers: 100, value: 1e-6)],
      invariances: F.kind == .overstatesInvariance
        ? [.translation, .scaling] : [.translation, .rotation, .permutation],
      rate: F.kind == .climbs ? nil : F.kind == .overstatesRate ? .superlinear : .linear)
  }

  static var settings: [Setting<Self>] {
    var settings: [Setting<Self>] = [
      Setting("step", \.step, in: F.kind == .looseRange ? -10...0.1 : 1e-12...1e12, "first step"),
      Setting("shrink", \.shrink, in: 0.01...0.99, "factor of a rejected step"),
    ]
    if F.kind == .idleSetting { settings.append(Setting("patience", \.patience, in: 0...100, "nothing at all")) }
    return settings
  }

  struct State: Sendable, Codable {
    var x: Vector
    /// What was told about x; not as an answer, whose encoding may be flawed.
    var here: Linearization<Vector>?
    var step: Double
    var shared: SharedNumber?
    var isOver = false

    enum CodingKeys: CodingKey { case x, here, step, shared, isOver }

    init(x: Vector, step: Double) {
      self.x = x
      self.step = step
      if F.kind == .keepsReference { shared = SharedNumber(0) }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      x = try container.decode(Vector.self, forKey: .x)
      here = try container.decodeIfPresent(Linearization<Vector>.self, forKey: .here)
      step = try container.decodeIfPresent(Double.self, forKey: .step) ?? 1
      shared = try container.decodeIfPresent(SharedNumber.self, forKey: .shared)
      isOver = try container.decode(Bool.self, forKey: .isOver)
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(x, forKey: .x)
      try container.encodeIfPresent(here, forKey: .here)
      if F.kind != .forgetsField { try container.encode(step, forKey: .step) }
      try container.encodeIfPresent(shared, forKey: .shared)
      try container.encode(isOver, forKey: .isOver)
    }
  }

  func start(_ problem: Unconstrained, random: RandomStream) -> State { State(x: problem.start, step: step) }

  func ask(_ s: inout State) -> DescentQuestion<F>? {
    guard !s.isOver else { return nil }
    guard let here = s.here else { return DescentQuestion(point: s.x) }
    if F.kind == .asksDifferentlyTwice { s.step *= 0.999 }
    let point = s.x + (F.kind == .climbs ? s.step : -s.step) * here.gradient
    guard point.isFinite || F.kind == .reportsNaN else {
      s.isOver = true
      return nil
    }
    return DescentQuestion(point: point)
  }

  func tell(_ s: inout State, _ answer: consuming DescentQuestion<F>.Answer, to question: consuming DescentQuestion<F>)
  {
    s.shared?.number += 1
    if F.kind == .drawsFromSystem { s.step *= Double.random(in: 0.99...1) }
    if let here = s.here {
      let slope = here.gradient.inner(here.gradient)
      let isBetter =
        switch F.kind {
        case .climbs: answer.value >= here.value && answer.gradient.isFinite && answer.value < 1e100
        case .reportsNaN: !(answer.value > here.value - 1e-4 * s.step * slope)
        default: answer.value <= here.value - 1e-4 * s.step * slope && answer.gradient.isFinite
        }
      guard isBetter else {
        s.step *= shrink
        s.isOver = s.step < 1e-30
        return
      }
      s.step = min(s.step / shrink, 1e6)
    } else if !answer.value.isFinite || !answer.gradient.isFinite, F.kind != .reportsNaN {
      s.isOver = true
      return
    }
    s.x = question.point
    s.here = Linearization(value: answer.value, gradient: answer.gradient)
  }

  func report(_ s: State) -> Report<Vector> {
    let value = s.here.map { F.kind == .flatters ? $0.value - 1 : $0.value }
    return Report(point: s.x, value: value, measure: s.here?.gradient.norm)
  }
}
