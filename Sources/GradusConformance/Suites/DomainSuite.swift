// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

/// The laws of domains: what is drawn lies inside, drawing is reproducible, projecting is idempotent.
public enum DomainSuite {
  /// Tries a domain; `outside` are points that it must refuse, `projection` leads any point into it.
  public static func check<D: Domain>(
    _ name: String, _ domain: D, outside: [D.Point] = [], projection: ((D.Point) -> D.Point)? = nil
  ) throws -> [Violation] {
    var seen = Observations(name)
    var random = RandomStream(seed: 0).child("domain")
    var again = random
    var points: Set<D.Point> = []
    for _ in 0..<500 {
      let point = domain.sample(&random)
      points.insert(point)
      let violation = domain.violation(of: point)
      seen.expect(violation == 0, "sampling", "a drawn point lies outside by \(violation): \(point)")
      seen.expect(domain.sample(&again) == point, "same seed", "the same stream draws another point than \(point)")
      let loaded = try Coding.decode(D.Point.self, from: Coding.encode(point))
      seen.expect(loaded == point, "saving", "\(point) is saved and loaded as \(loaded)")
      if let projection {
        seen.expect(projection(point) == point, "projection", "the inner point \(point) is moved")
      }
    }
    for point in outside {
      let violation = domain.violation(of: point)
      seen.expect(violation > 0, "violation", "the outer point \(point) is let in (\(violation))")
      guard let inner = projection?(point) else { continue }
      seen.expect(domain.violation(of: inner) == 0, "projection", "\(point) is projected to the outer point \(inner)")
      seen.expect(projection?(inner) == inner, "projection", "projecting \(point) twice moves it again")
    }
    return seen.violations
  }
}
