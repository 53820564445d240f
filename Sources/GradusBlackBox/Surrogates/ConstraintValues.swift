// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Answers of a constraint as its process sees them: in units of their median size, linear up to one and logarithmic beyond.
///
///     g/m where |g| ≤ m,   sign(g)·(1 + ln |g/m|) otherwise,   m the median of |g|
///
/// Of a constraint only the sign counts: far from it distances may shrink. An evaluation that failed breaks it.
struct ConstraintValues {
  private let scale: Double

  init(_ told: [Double]) {
    let sizes = told.filter(\.isFinite).map { abs($0) }.sorted()
    let median = sizes.isEmpty ? 0 : sizes[sizes.count / 2]
    scale = median > 0 ? median : 1
  }

  func callAsFunction(_ g: Double) -> Double {
    guard g.isFinite else { return 1 }
    let x = g / scale
    return abs(x) <= 1 ? x : (x < 0 ? -1 : 1) * (1 + log(abs(x)))
  }
}
