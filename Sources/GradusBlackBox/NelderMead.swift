// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// A simplex of n + 1 points that crawls downhill.
///
///     x̄ = mean of all but the worst point w
///     reflect x̄ + (x̄ − w);   expand x̄ + β(x̄ − w) when that is the best;   contract x̄ ± γ(x̄ − w) when it is no better than
///     the second worst;   shrink xᵢ ← b + δ(xᵢ − b) toward the best b when that fails too
///     β = 1 + 2/n,  γ = ¾ − 1/(2n),  δ = 1 − 1/n    (adaptive; otherwise 2, ½, ½)
///
/// Trial points are projected on the box. Failed evaluations rank last. A simplex that has shrunk to rounding size, or whose
/// values are all equal, is built anew around the best point; the method ends when that brought nothing.
///
/// **Needs** values; only their order matters. **Keeps** n + 3 points.
/// **Guarantee** convergence for strictly convex f in dimension 1; none in general, and there are counterexamples in dimension 2.
/// **Reference** J. A. Nelder & R. Mead, Computer J. 7 (1965); F. Gao & L. Han, Comput. Optim. Appl. 51 (2012), for the
/// coefficients that depend on n.
public struct NelderMead: Catalogued, BoxMethod {
  /// The first edges as a fraction of the width of the box; a width of 5 is taken where a side is infinite.
  public var edge = 0.1
  /// Whether the coefficients depend on n.
  public var adaptive = true

  public init() {}

  public static let card = Card(
    "nelder-mead", "simplex search without derivatives", guarantee: "none in general", reference: "Nelder & Mead 1965",
    trials: [
      Trial("sphere,n=4", answers: 1_000, value: 1e-10), Trial("rosenbrock,n=2", answers: 1_000, value: 1e-10),
      Trial("booth", answers: 500, value: 1e-10), Trial("himmelblau", answers: 500, value: 1e-10),
    ], invariances: [.monotone])

  public static let settings: [Setting<Self>] = [
    Setting("edge", \.edge, in: 1e-9...0.5, "first edges relative to the box"),
    Setting("adaptive", \.adaptive, "coefficients that depend on the dimension"),
  ]

  /// A point and its value, infinite when the evaluation failed.
  struct Vertex: Sendable, Codable {
    var point: Vector
    var value: Double
  }

  enum Phase: Sendable, Codable {
    /// Vertex i of the first simplex is wanted.
    case building(Int)
    case reflecting
    case expanding(reflected: Vertex)
    /// Outside when the reflected point was better than the worst.
    case contracting(reflected: Vertex, isOutside: Bool)
    /// Vertex i is wanted after moving toward the best.
    case shrinking(Int)
    case ended
  }

  /// The simplex, what is being tried with it, and the coefficients for this dimension.
  public struct State: Sendable, Codable {
    let box: UnitBox
    let edge: Double
    /// β, γ, δ.
    let expansion: Double
    let contraction: Double
    let shrinkage: Double
    /// Best first, except while it is built or shrunk.
    var simplex: [Vertex]
    var phase = Phase.building(0)
    /// The best value when this simplex was built.
    var valueAtBuilding = Double.infinity
    var best: Incumbent
  }

  /// Lays a simplex around the start, or around the middle of the box.
  public func start(_ problem: BoxConstrained, random: RandomStream) -> State {
    let box = UnitBox(problem)
    let n = Double(max(2, box.dimension))
    let best = Incumbent(problem)
    var state = State(
      box: box, edge: edge, expansion: adaptive ? 1 + 2 / n : 2, contraction: adaptive ? 0.75 - 0.5 / n : 0.5,
      shrinkage: adaptive ? 1 - 1 / n : 0.5, simplex: [], best: best)
    build(&state, around: best.point)
    return state
  }

  /// The vertex that has no value yet, or the reflected, expanded or contracted point.
  public func ask(_ s: inout State) -> Evaluate<Vector>? {
    switch s.phase {
    case .building(let i), .shrinking(let i): Evaluate(point: s.simplex[i].point)
    case .reflecting: Evaluate(point: beyond(s, 1))
    case .expanding: Evaluate(point: beyond(s, s.expansion))
    case .contracting(_, let isOutside): Evaluate(point: beyond(s, isOutside ? s.contraction : -s.contraction))
    case .ended: nil
    }
  }

  /// Gives the point its place in the simplex and decides what is tried next.
  public func tell(_ s: inout State, _ answer: consuming Double, to question: consuming Evaluate<Vector>) {
    let trial = Vertex(point: question.point, value: answer.isFinite ? answer : .infinity)
    s.best.hear(answer, at: trial.point)
    let n = s.box.dimension
    switch s.phase {
    case .building(let i), .shrinking(let i):
      s.simplex[i] = trial
      if i < n {
        if case .building = s.phase { s.phase = .building(i + 1) } else { s.phase = .shrinking(i + 1) }
      } else {
        settle(&s)
      }
    case .reflecting:
      if trial.value < s.simplex[0].value {
        s.phase = .expanding(reflected: trial)
      } else if trial.value < s.simplex[max(0, n - 1)].value {
        replaceWorst(&s, by: trial)
      } else {
        s.phase = .contracting(reflected: trial, isOutside: trial.value < s.simplex[n].value)
      }
    case .expanding(let reflected):
      replaceWorst(&s, by: trial.value < reflected.value ? trial : reflected)
    case .contracting(let reflected, let isOutside):
      if isOutside ? trial.value <= reflected.value : trial.value < s.simplex[n].value {
        replaceWorst(&s, by: trial)
      } else {
        shrink(&s)
      }
    case .ended:
      break
    }
  }

  /// The best vertex of all simplices so far.
  public func report(_ s: State) -> Report<Vector> {
    if case .ended = s.phase { return s.best.report(claim: s.best.value == nil ? .failed : .stalled) }
    return s.best.report()
  }

  /// The projection of x̄ + t(x̄ − w).
  private func beyond(_ s: State, _ t: Double) -> Vector {
    let n = s.box.dimension
    var x = Vector.zeros(n)
    for vertex in s.simplex.prefix(n) {
      for i in 0..<n { x[i] += vertex.point[i] }
    }
    let worst = s.simplex[n].point
    for i in 0..<n {
      let center = x[i] / Double(n)
      x[i] = center + t * (center - worst[i])
      if x[i].isNaN { x[i] = s.simplex[0].point[i] }
    }
    return s.box.domain.projection(of: x)
  }

  private func replaceWorst(_ s: inout State, by vertex: Vertex) {
    s.simplex[s.box.dimension] = vertex
    settle(&s)
  }

  private func shrink(_ s: inout State) {
    let first = s.simplex[0].point
    for k in 1..<s.simplex.count {
      let moved = first.indices.map { first[$0] + s.shrinkage * (s.simplex[k].point[$0] - first[$0]) }
      s.simplex[k] = Vertex(point: s.box.domain.projection(of: Vector(moved)), value: .infinity)
    }
    s.phase = .shrinking(1)
  }

  /// Orders the vertices and decides whether this simplex can still move.
  private func settle(_ s: inout State) {
    s.simplex = s.simplex.enumerated().sorted { ($0.element.value, $0.offset) < ($1.element.value, $1.offset) }
      .map(\.element)
    s.phase = .reflecting
    guard isSpent(s) else { return }
    let found = s.best.value ?? .infinity
    if found < s.valueAtBuilding {
      s.valueAtBuilding = found
      build(&s, around: s.best.point)
    } else {
      s.phase = .ended
    }
  }

  private func isSpent(_ s: State) -> Bool {
    guard let first = s.simplex.first, let last = s.simplex.last else { return true }
    if first.value == last.value { return true }
    return s.simplex.allSatisfy { vertex in
      vertex.point.indices.allSatisfy { abs(vertex.point[$0] - first.point[$0]) <= 4 * first.point[$0].ulp }
    }
  }

  /// A simplex with one vertex at the point and edges along the axes, turned inward at the sides of the box.
  private func build(_ s: inout State, around point: Vector) {
    s.simplex = [Vertex(point: point, value: .infinity)]
    for i in point.indices {
      let side = s.edge * s.box.width[i]
      var x = point
      x[i] = point[i] + side <= s.box.domain.upper[i] ? point[i] + side : point[i] - side
      s.simplex.append(Vertex(point: s.box.domain.projection(of: x), value: .infinity))
    }
    s.phase = .building(0)
  }
}
