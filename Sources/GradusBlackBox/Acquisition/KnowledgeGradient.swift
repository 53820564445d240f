// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The logarithm of how much lower the least posterior mean is expected to be after one more answer:
///
///     KG(x) = min_A μ − E[min_{a ∈ A ∪ {x}} (μ(a) + σ̃(a, x)Z)],    σ̃(a, x) = k_n(a, x)/√(k_n(x, x) + σ²)
///           = Σᵢ (bᵢ₊₁ − bᵢ)·h(−|cᵢ|) + max(0, min_A μ − μ(x)),     h(z) = φ(z) + zΦ(z)
///
/// The lines −μ(a) + σ̃(a, x)z have slopes bᵢ in rising order and cross at cᵢ where the next one becomes the largest. With A
/// the points that were answered this is the expected improvement for noisy answers; for exact ones it is the usual one. With A
/// a set that has the least posterior mean of the whole space in it, it is the knowledge gradient.
///
/// Cost: n·|A| operations a point after n²·|A| once.
/// **Reference** P. Frazier, W. Powell, S. Dayanik, INFORMS J. Computing 21 (2009), algorithm 1; W. Scott, P. Frazier,
/// W. Powell, SIAM J. Optim. 21 (2011); P. I. Frazier, arXiv:1807.02811 (2018), sections 4.2 and 5.
public struct LogKnowledgeGradient: Acquisition {
  public let objective: GaussianProcess
  private let set: PosteriorSet
  private let best: Double

  public init(_ objective: GaussianProcess, among points: [Vector]) {
    precondition(!points.isEmpty, "a knowledge gradient needs points to choose among")
    self.objective = objective
    set = PosteriorSet(objective, at: points)
    best = set.means.min() ?? 0
  }

  /// No improvement is expected that a number could tell.
  private static let nothing = -1e6

  public func value(at x: Vector) -> Double {
    let (mean, variance) = objective.posterior(at: x)
    return lines(x, mean, variance).value
  }

  public func values(at points: [Vector]) -> [Double] {
    zip(points, objective.posteriors(at: points)).map { lines($0, $1.mean, $1.variance).value }
  }

  public func linearized(at x: Vector) -> (value: Double, gradient: Vector) {
    let at = objective.linearized(at: x)
    let found = lines(x, at.mean, at.variance)
    let (scale, d) = (found.scale, x.count)
    var gradient = Vector.zeros(d)
    // Of slopes: σ̃ = k_n/s with s² = k_n(x, x) + σ².
    let m = set.points.count
    var pull = found.bySlope[m] * at.variance
    for k in 0..<m { pull += found.bySlope[k] * found.covariances[k] }
    let own = found.bySlope[m] / scale - pull / (2 * scale * scale * scale)
    for j in 0..<d { gradient[j] = own * at.varianceGradient[j] - found.byIntercept * at.meanGradient[j] }
    set.addSlopes(at: x, times: found.bySlope.prefix(m).map { $0 / scale }, &gradient)
    return (found.value, gradient)
  }

  private struct Lines {
    var value: Double
    /// s.
    var scale: Double
    var covariances: [Double]
    /// ∂/∂b for each line, that of x last.
    var bySlope: [Double]
    /// ∂/∂a for the line of x.
    var byIntercept: Double
  }

  private func lines(_ x: Vector, _ mean: Double, _ variance: Double) -> Lines {
    let m = set.points.count
    let covariances = set.covariances(with: x)
    let scale = max(variance + objective.noise, 1e-14 * objective.variance, .leastNormalMagnitude).squareRoot()
    let intercepts = set.means.map { -$0 } + [-mean]
    let slopes = covariances.map { $0 / scale } + [variance / scale]
    let hull = Self.upperHull(intercepts, slopes)
    var terms: [(log: Double, left: Int, right: Int, step: Double, sign: Double, tail: Double, crossing: Double)] = []
    for (left, right) in zip(hull, hull.dropFirst()) {
      let step = slopes[right] - slopes[left]
      let gap = intercepts[left] - intercepts[right]
      let z = -abs(gap) / step
      guard z.isFinite else { continue }
      let tail = NormalTails.logImprovement(z)
      terms.append((log(step) + tail.value, left, right, step, gap < 0 ? -1 : 1, tail.slope, z))
    }
    let surplus = max(0, best - mean)
    var result = Lines(
      value: Self.nothing, scale: scale, covariances: covariances, bySlope: [Double](repeating: 0, count: m + 1),
      byIntercept: 0)
    let highest = max(terms.map(\.log).max() ?? -.infinity, surplus > 0 ? log(surplus) : -.infinity)
    guard highest > Self.nothing else { return result }
    var sum = surplus > 0 ? exp(log(surplus) - highest) : 0
    for term in terms { sum += exp(term.log - highest) }
    result.value = highest + log(sum)
    if surplus > 0 { result.byIntercept += exp(-result.value) }
    for term in terms {
      let weight = exp(term.log - result.value)
      let bySlope = weight * (1 - term.crossing * term.tail) / term.step
      let byGap = -weight * term.tail / term.step * term.sign
      result.bySlope[term.right] += bySlope
      result.bySlope[term.left] -= bySlope
      if term.left == m { result.byIntercept += byGap }
      if term.right == m { result.byIntercept -= byGap }
    }
    return result
  }

  /// The lines a + bz that are the largest somewhere, by rising slope.
  static func upperHull(_ a: [Double], _ b: [Double]) -> [Int] {
    let order = a.indices.sorted { b[$0] == b[$1] ? (a[$0] == a[$1] ? $0 < $1 : a[$0] < a[$1]) : b[$0] < b[$1] }
    var hull: [Int] = []
    // Where the line above each begins.
    var begins: [Double] = []
    for line in order {
      var begin = -Double.infinity
      while let last = hull.last {
        if b[last] == b[line] {
          hull.removeLast()
          begins.removeLast()
          continue
        }
        begin = (a[last] - a[line]) / (b[line] - b[last])
        if begin > begins[begins.count - 1] { break }
        hull.removeLast()
        begins.removeLast()
        begin = -.infinity
      }
      hull.append(line)
      begins.append(begin)
    }
    return hull
  }
}
