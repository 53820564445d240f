// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusNumerics

/// Better designs than any of those whose values are known, by descent on surrogates from the best of them.
///
///     from each of the best designs:   x ← x − η ∇f̂(x),   f̂ the mean (or the largest, for caution) of several surrogates
///
/// Nothing is asked: what the designs are worth is for somebody else to find out.
///
/// **Reference** B. Trabucco, X. Geng, A. Kumar, S. Levine, *Design-Bench*, ICML 2022, for descent from the best designs.
public struct OfflineSearch: Sendable, Codable, Hashable {
  /// What surrogates that disagree say together.
  public enum Agreement: String, Sendable, Codable, Hashable, CaseIterable {
    case mean
    /// The worst prediction.
    case cautious
  }

  public var surrogate = OfflineSurrogate.Settings()
  /// Surrogates, each from parameters of its own.
  public var members = 1
  public var agreement = Agreement.mean
  /// Designs to begin with.
  public var starts = 128
  public var steps = 200
  /// η in the coordinates from −1 to 1; 0 stands for 0.01√d.
  public var rate = 0.0

  public init() {}

  /// The surrogates for these designs.
  public func surrogates(for designs: OfflineDesigns, random: RandomStream) -> [OfflineSurrogate] {
    surrogates(for: designs, random: random) { true }
  }

  /// The surrogates for these designs. `proceed` is asked before every epoch; false ends a training.
  public func surrogates(
    for designs: OfflineDesigns, random: RandomStream, proceed: () throws -> Bool
  ) rethrows -> [OfflineSurrogate] {
    try (0..<max(1, members)).map {
      try OfflineSurrogate(designs, surrogate, random: random.child("member", $0), proceed: proceed)
    }
  }

  /// Where descents from the best designs end, in the order of the designs they began at, best first.
  public func proposals(for designs: OfflineDesigns, by surrogates: [OfflineSurrogate]) -> [Vector] {
    precondition(!surrogates.isEmpty, "somebody has to stand for the function")
    let order = designs.values.indices.sorted { (designs.values[$0], $0) < (designs.values[$1], $1) }
    let rate = rate > 0 ? rate : 0.01 * Double(designs.domain.dimension).squareRoot()
    return order.prefix(starts).map { i in
      var u = designs.inputs(of: designs.points[i])
      for _ in 0..<steps {
        let slope = slope(at: u, surrogates)
        for j in u.indices { u[j] = min(max(u[j] - rate * slope[j], -1), 1) }
      }
      return designs.point(at: u)
    }
  }

  private func slope(at u: [Double], _ surrogates: [OfflineSurrogate]) -> [Double] {
    let all = surrogates.map { $0.linearized(at: u) }
    switch agreement {
    case .mean:
      return u.indices.map { j in all.reduce(0) { $0 + $1.slope[j] } / Double(all.count) }
    case .cautious: return all.max { $0.value < $1.value }?.slope ?? u.map { _ in 0 }
    }
  }
}
