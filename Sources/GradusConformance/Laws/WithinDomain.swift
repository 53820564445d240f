// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics
import GradusProblems

/// Every question is about points of the domain.
public struct WithinDomain: Law {
  public let name = "domain"
  public let sentence = "every point that is asked about or reported lies in the domain"

  public init() {}

  /// Listens to 150 questions (40 of methods for search spaces, whose own time a question grows with the answers) on problems with bounds, narrow and infinite ones among them.
  public func check<M: Catalogued>(_ bench: Bench<M>) async throws -> Finding {
    if !M.card.staysInDomain { return .notApplicable("the card says that questions may lie outside") }
    let boxes = hardBoxes(bench).filter { !$0.isRefused }
    let situations = (bench.situations + boxes).filter { $0.domain != nil && canListen(to: $0.base) }
    if situations.isEmpty { return .notApplicable("its problems have no domain of points that the harness hears") }
    let questions = M.Problem.self == SearchProblem.self ? 40 : 150
    var violations: [String] = []
    for situation in situations {
      guard let domain = situation.domain else { continue }
      let listener = Listener()
      let run = try situation.run(listener: listener)
      _ = try await run.record(questions)
      if let point = run.report.point as? Vector, domain.violation(of: point) > 0 {
        violations.append("on \(situation.name) the reported point lies outside: \(point.elements)")
      }
      if let (i, point) = listener.points.enumerated().first(where: { domain.violation(of: $0.element) > 0 }) {
        violations.append(
          "on \(situation.name) point \(i + 1) lies outside by \(domain.violation(of: point)): \(point.elements)")
      }
    }
    return Finding(violations, tried: situations.count)
  }

  /// Boxes with the optimum in a corner, hardly any room, a fixed variable, or one side only.
  private func hardBoxes<M: Catalogued>(_ bench: Bench<M>) -> [Situation<M>] {
    guard let sphere = bench.situations.first(where: { $0.source.family == "sphere" }) else { return [] }
    let n = sphere.source.dimension
    var fixed = Box.all(n)
    (fixed.lower[0], fixed.upper[0]) = (0.5, 0.5)
    let boxes = [
      Box(lower: Vector(repeating: 1, count: n), upper: Vector(repeating: 2, count: n)),
      Box(lower: Vector(repeating: 1, count: n), upper: Vector(repeating: 1 + 1e-12, count: n)),
      Box(lower: Vector(repeating: 0.1, count: n), upper: Vector(repeating: .infinity, count: n)),
      Box(lower: Vector(repeating: -.infinity, count: n), upper: Vector(repeating: -0.1, count: n)), fixed,
    ]
    return boxes.flatMap { box in
      [nil, box.projection(of: Vector(repeating: 1, count: n))].compactMap { start in
        (BoxConstrained(box, start: start) as? M.Problem).map { Situation(sphere.source, $0, sphere.base) }
      }
    }
  }
}
