// SPDX-License-Identifier: Apache-2.0
package import GradusNumerics

/// A ray on which a nonlinear program is feasible and its objective falls without end:
///
///     d/dt f(x + t·d) ≤ −ε < 0,   and for each side of a row  cᵢ within it,  or moving away from it, for all t ≥ 0
///
/// proved from enclosures of values and rates over the whole ray.
package enum RecessionRay {
  /// Directions worth a trial: from the start to where a method went, and that place itself, with entries rounded to
  /// multiples of 10⁻⁶ of the largest, and to −1, 0 and 1.
  package static func directions(start: Vector, end: Vector) -> [Vector] {
    var found: [Vector] = []
    for difference in [end - start, end] {
      let largest = difference.maximumMagnitude
      guard largest.isFinite, largest > 1 else { continue }
      for steps in [1e6, 1e3, 1.0] {
        let d = Vector(difference.elements.map { ($0 / largest * steps).rounded() / steps + 0 })
        if !found.contains(d) { found.append(d) }
      }
    }
    return found
  }

  /// Points from which a ray may begin, moderate ones first.
  package static func anchors(start: Vector, end: Vector, direction d: Vector, in box: Box) -> [Vector] {
    let mixed = Vector(end.indices.map { d[$0] == 0 ? end[$0] : start[$0] })
    var points: [Vector] = []
    for base in [start, mixed] {
      for t in [0, 1, 1e2, 1e4, 1e6, 1e8] {
        points.append(box.projection(of: base + (t * d)))
      }
    }
    return points + [end]
  }

  /// True when bounds leave x + t·d for all t ≥ 0.
  package static func stays(_ d: Vector, in box: Box) -> Bool {
    d.indices.allSatisfy { (d[$0] <= 0 || box.upper[$0] == .infinity) && (d[$0] >= 0 || box.lower[$0] == -.infinity) }
  }

  /// True when the enclosures prove the ray of a minimization, with sides of rows widened by `slack`·max(1, |side|).
  package static func isProved(_ ranges: ProgramRanges, rowLower: Vector, rowUpper: Vector, slack: Double) -> Bool {
    guard ranges.objectiveRate.upper < 0, ranges.rows.count == rowLower.count else { return false }
    return rowLower.indices.allSatisfy { i in
      let (l, u) = (rowLower[i], rowUpper[i])
      let (value, rate) = (ranges.rows[i], ranges.rowRates[i])
      let below = u == .infinity || rate.upper <= 0 || value.upper <= u + slack * max(1, abs(u))
      let above = l == -.infinity || rate.lower >= 0 || value.lower >= l - slack * max(1, abs(l))
      return below && above
    }
  }
}

extension NonlinearJudge {
  /// `unbounded` with its ray, where one is found and proved.
  func unbounded(_ known: Certificate) async throws -> Verdict? {
    guard report.claim == .unbounded || x.maximumMagnitude > 1e4, inquiry.canAsk(Ranging.self) else { return nil }
    let start = program.domain.projection(of: program.start)
    for d in RecessionRay.directions(start: start, end: x) where RecessionRay.stays(d, in: program.domain) {
      for anchor in RecessionRay.anchors(start: start, end: x, direction: d, in: program.domain) {
        guard let values = try await values(at: anchor), values.objective.isFinite,
          program.holds(values.constraints, tolerances.feasibility),
          let ranges = try await inquiry.ask(Ranging.ray(from: anchor, along: d))
        else { continue }
        guard
          RecessionRay.isProved(
            ranges, rowLower: program.rowLower, rowUpper: program.rowUpper, slack: tolerances.feasibility)
        else { continue }
        var certificate = known
        certificate.kind = .ray
        certificate.bound = .checked
        certificate.verified = true
        certificate.margin = -ranges.objectiveRate.upper
        certificate.note =
          "along the ray the objective falls by at least \(brief(-ranges.objectiveRate.upper)) a unit, and every row holds"
        return Verdict(outcome: .unbounded, certificate: certificate, objective: nil, ray: d)
      }
    }
    return nil
  }

  /// The least value of the objective over the box, rounded downward; nil when nobody knows one.
  func leastValue() async throws -> Double? {
    guard inquiry.canAsk(Ranging.self), let ranges = try await inquiry.ask(Ranging.box(program.domain)),
      ranges.objective.lower.isFinite
    else { return nil }
    return ranges.objective.lower
  }
}

extension NonlinearProgram {
  /// True when rows hold within `slack`·max(1, |side|).
  fileprivate func holds(_ rows: Vector, _ slack: Double) -> Bool {
    rows.isFinite
      && rows.indices.allSatisfy { i in
        rows[i] >= rowLower[i] - slack * max(1, abs(rowLower[i]))
          && rows[i] <= rowUpper[i] + slack * max(1, abs(rowUpper[i]))
      }
  }
}
