// SPDX-License-Identifier: Apache-2.0

/// How often each contestant is how close to the fastest.
///
///     r_{s,w} = t_{s,w} / min_s t_{s,w}                       t = ∞ for a target that was missed
///     ρ_s(τ) = share of workloads with r_{s,w} ≤ τ
///     score_s = 1/(τ_max − 1) ∫₁^{τ_max} ρ_s dτ               1: the fastest everywhere; 0: never within τ_max
///
/// A workload that nobody solves counts for nobody. The integral is exact: ρ is a step function. A held-out variant of a
/// workload is no workload of its own: whoever misses its target gets no credit for the workload either.
///
/// **Reference** E. Dolan & J. Moré, *Benchmarking optimization software with performance profiles*, Math. Prog. 91 (2002);
/// the score: G. Dahl et al., *Benchmarking neural network training algorithms* (2023), section 4.5, with τ_max = 4.
public struct PerformanceProfiles: Sendable, Hashable {
  /// τ_max.
  public let horizon: Double
  /// r, a row for each contestant, a column for each workload that is no variant; infinite where a target was missed.
  public let ratios: [[Double]]

  /// `times[s][w]` is positive, and infinite where contestant s missed the target of workload w. `variants` says which
  /// workloads are variants, and of which.
  public init(times: [[Double]], variants: [Int: Int] = [:], horizon: Double = 4) {
    let workloads = times.first?.count ?? 0
    precondition(horizon > 1 && horizon.isFinite, "a profile goes from 1 to a finite ratio")
    precondition(times.allSatisfy { $0.count == workloads }, "every contestant has a time for every workload")
    precondition(times.allSatisfy { $0.allSatisfy { $0 > 0 } }, "times are positive")
    precondition(
      variants.allSatisfy { (0..<workloads).contains($0) && (0..<workloads).contains($1) && variants[$1] == nil },
      "a variant belongs to a workload that is none itself")
    self.horizon = horizon
    let all = times
    let times = all.map { row in
      (0..<workloads).filter { variants[$0] == nil }.map { w in
        variants.contains { $1 == w && !row[$0].isFinite } ? .infinity : row[w]
      }
    }
    let best = (times.first ?? []).indices.map { w in times.reduce(Double.infinity) { min($0, $1[w]) } }
    ratios = times.map { row in
      row.indices.map { best[$0].isFinite && row[$0].isFinite ? row[$0] / best[$0] : .infinity }
    }
  }

  /// ρ(τ) of a contestant.
  public func profile(of contestant: Int, at ratio: Double) -> Double {
    let row = ratios[contestant]
    return row.isEmpty ? 0 : Double(row.count { $0 <= ratio }) / Double(row.count)
  }

  /// The score of each contestant, in order.
  public var scores: [Double] {
    ratios.map { row in
      // ∫ of a step at r: the length from r to the horizon.
      let area = row.reduce(0.0) { $0 + max(0, horizon - max($1, 1)) }
      return row.isEmpty ? 0 : area / (Double(row.count) * (horizon - 1))
    }
  }

  /// The corners of a contestant's profile from 1 to the horizon, for drawing.
  public func corners(of contestant: Int) -> [(ratio: Double, share: Double)] {
    let steps = Set(ratios[contestant].filter { $0 <= horizon }).union([1, horizon]).sorted()
    return steps.map { ($0, profile(of: contestant, at: $0)) }
  }
}
