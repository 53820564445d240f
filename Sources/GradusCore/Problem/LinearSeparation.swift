// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Find a hyperplane through the origin that has every point on the side of its label.
///
///     yᵢaᵢᵀθ > 0   for all i,   yᵢ = ±1
///
/// The problem answers for its points itself.
public struct LinearSeparation: Sendable, Codable, Hashable, Fingerprinted {
  /// aᵢ, each of the same length.
  public let points: [Vector]
  /// yᵢ = ±1.
  public let labels: [Double]
  /// Where a search begins; the origin unless said otherwise.
  public var start: Vector

  public init(points: [Vector], labels: [Double]) {
    precondition(!points.isEmpty && points.count == labels.count, "one label for each of some points")
    let dimension = points[0].count
    precondition(dimension > 0 && points.allSatisfy { $0.count == dimension }, "points of different dimensions")
    precondition(labels.allSatisfy { abs($0) == 1 }, "a label is 1 or −1")
    self.points = points
    self.labels = labels
    start = .zeros(dimension)
  }

  public var fingerprint: UInt64 {
    var print = Fingerprint()
    print.mix("linear separation")
    print.mix(labels)
    for point in points { print.mix(point.elements) }
    print.mix(start.elements)
    return print.value
  }

  /// yᵢaᵢᵀθ.
  public func margin(_ i: Int, _ hyperplane: Vector) -> Double { labels[i] * points[i].inner(hyperplane) }
}

extension LinearSeparation: MarginOracle {
  public func margins(at point: Vector) async throws -> MarginAnswer { answer(point) }
  public func immediateMargins(at point: Vector) throws -> MarginAnswer? { answer(point) }

  private func answer(_ hyperplane: Vector) -> MarginAnswer {
    precondition(hyperplane.count == start.count, "a hyperplane of another dimension than the points")
    let n = Double(points.count)
    var (misclassified, weight) = (0, 0.0)
    var gradient = Vector.zeros(start.count)
    for i in points.indices {
      let m = margin(i, hyperplane)
      if !(m > 0) { misclassified += 1 }
      let sigma = m > 0 ? exp(-m) / (1 + exp(-m)) : 1 / (1 + exp(m))
      weight += sigma
      for j in 0..<gradient.count { gradient[j] -= sigma * labels[i] * points[i][j] / n }
    }
    return MarginAnswer(misclassified: misclassified, meanWeight: weight / n, gradient: gradient)
  }
}

extension LinearSeparation: Judged {
  public var judgingReserve: Int { 0 }

  /// Recomputes every margin: solved when all are positive, with the smallest margin of the unit normal as its measure.
  public func judge(
    _ report: Report<Vector>, asking inquiry: Inquiry, tolerances: Tolerances
  ) async throws -> Verdict {
    let norm = report.point.norm
    guard report.point.count == start.count, norm > 0, norm.isFinite else {
      return Verdict(outcome: .unproved, certificate: .none("there is no hyperplane yet"))
    }
    var (smallest, wrong) = (Double.infinity, 0)
    for i in points.indices {
      // A margin that rounding could have made counts as zero.
      let m = margin(i, report.point) / norm
      let doubt = 1e-15 * Double(start.count) * points[i].norm
      smallest = min(smallest, m)
      if !(m > doubt) { wrong += 1 }
    }
    guard wrong == 0 else {
      return Verdict(
        outcome: .unproved,
        certificate: .none("\(wrong) of \(points.count) points are not on the side of their label"))
    }
    var certificate = Certificate(.exact)
    certificate.pointChecked = true
    certificate.verified = true
    certificate.margin = smallest
    return Verdict(outcome: .optimal, certificate: certificate)
  }
}
