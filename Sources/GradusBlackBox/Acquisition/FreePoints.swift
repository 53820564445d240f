// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import GradusSmooth

/// The points that the next question may be about, and what every search among them needs.
struct FreePoints {
  let inputs: SpaceInputs
  let problem: SearchProblem
  /// Points that need not be asked again.
  var taken: Set<Vector>

  /// Whether a point is neither taken nor forbidden.
  func isFree(_ point: Vector) -> Bool { problem.knownViolation(of: point) == 0 && !taken.contains(point) }

  /// Places by score, best first. Equal scores keep their order, whatever the sort does.
  static func ranked(_ scores: [Double]) -> [Int] {
    scores.indices.sorted { scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1] }
  }

  /// Where quasi-Newton steps along the numbers without steps end inside a box, and the score there; nil where there is none.
  func climb(
    from start: Vector, on acquisition: some Acquisition, in box: Box?, steps: Int
  ) -> (inputs: Vector, score: Double)? {
    let places = inputs.continuous
    let own = Box(lower: Vector(places.map { box?.lower[$0] ?? 0 }), upper: Vector(places.map { box?.upper[$0] ?? 1 }))
    var point = start
    var descent = BoxDescent(.init(), from: Vector(places.map { start[$0] }), in: own)
    for _ in 0..<steps where descent.claim == nil {
      for (k, j) in places.enumerated() { point[j] = descent.wanted[k] }
      let at = acquisition.linearized(at: point)
      descent.advance(Linearization(value: -at.value, gradient: Vector(places.map { -at.gradient[$0] })))
    }
    guard let here = descent.here else { return nil }
    for (k, j) in places.enumerated() { point[j] = descent.x[k] }
    return (point, -here.value)
  }
}
