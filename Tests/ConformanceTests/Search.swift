// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// A random search around the best point in generations of six, sound or with one flaw.
struct Search<F: Flaw>: Catalogued, ParallelMethod {
  var radius = 1.0

  init() {}

  static var card: Card {
    Card(
      "search-\(F.kind)", "random search for tests", guarantee: "none", reference: "by construction",
      trials: [Trial("sphere,n=4", answers: 50, value: 10)], invariances: [.monotone])
  }

  static var settings: [Setting<Self>] { [Setting("radius", \.radius, in: 1e-9...100, "first radius")] }

  struct State: Sendable, Codable {
    var box: Box
    var best: Vector
    var value: Double?
    var radius: Double
    var random: RandomStream
    /// Points of the generation in the order they were drawn, and what was told about them.
    var points: [Vector] = []
    var values: [Double?] = []
    var asked = 0
    var told = 0
    var generation = 0
    var hasSlept = false
  }

  func start(_ problem: BoxConstrained, random: RandomStream) -> State {
    let start = problem.start ?? problem.domain.projection(of: .zeros(problem.domain.dimension))
    var state = State(
      box: problem.domain, best: problem.domain.projection(of: start), radius: radius, random: random.child("search"))
    draw(&state)
    return state
  }

  func ask(_ s: inout State) -> Evaluate<Vector>? {
    if F.kind == .wakesUp, s.generation == 10, s.asked == 0, !s.hasSlept {
      s.hasSlept = true
      return nil
    }
    guard s.asked < s.points.count else { return nil }
    defer { s.asked += 1 }
    if F.kind == .dependsOnWidth { s.radius *= 1 + 0.01 * Double(s.asked - s.told) }
    return Evaluate(point: s.points[s.asked])
  }

  func tell(_ s: inout State, _ answer: consuming Double, to question: consuming Evaluate<Vector>) {
    let point = question.point
    let place =
      F.kind == .mistakesOrder
      ? s.told : s.points.indices.first { s.points[$0] == point && s.values[$0] == nil && $0 < s.asked }
    guard let place else { return }
    s.values[place] = answer
    s.told += 1
    if s.told == s.points.count { finishGeneration(&s) }
  }

  private func finishGeneration(_ s: inout State) {
    let worth = s.values.map { value in value.map { $0.isNaN ? Double.infinity : $0 } ?? .infinity }
    let winner = worth.indices.min { worth[$0] < worth[$1] } ?? 0
    if worth[winner] < s.value ?? .infinity {
      if F.kind == .overstatesMonotony, let value = s.value { s.radius *= min(2, max(0.5, value - worth[winner])) }
      s.best = s.points[winner]
      s.value = worth[winner]
      s.radius *= 1.3
    } else {
      s.radius *= 0.7
    }
    s.generation += 1
    draw(&s)
  }

  private func draw(_ s: inout State) {
    s.points = (0..<6).map { k in
      if s.value == nil, k == 0 { return s.best }
      let point = s.best + s.radius * s.random.normals(s.best.count)
      return F.kind == .asksOutside ? point : s.box.projection(of: point)
    }
    s.values = Array(repeating: nil, count: 6)
    s.asked = 0
    s.told = 0
  }

  func report(_ s: State) -> Report<Vector> { Report(point: s.best, value: s.value) }
}
