// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The normal distribution N(m, σ²C) that CMA-ES moves, with its two evolution paths.
///
///     y = B·D·z,  z ~ N(0, I),   C = B·D²·Bᵀ
///     m ← m + σ Σ⁺wᵢyᵢ
///     p_σ ← (1 − c_σ)p_σ + (c_σ(2 − c_σ)μ_eff)^½ C^(−½)Δm/σ,   σ ← σ·exp((c_σ/d_σ)(|p_σ|/E|z| − 1))
///     p_c ← (1 − c_c)p_c + h(c_c(2 − c_c)μ_eff)^½ Δm/σ
///     C ← (1 − c₁ − c_μΣwᵢ)C + c₁(p_c p_cᵀ + (1 − h)c_c(2 − c_c)C) + c_μΣwᵢ°yᵢyᵢᵀ,   wᵢ° = wᵢn/|zᵢ|² for wᵢ < 0
///
/// Δm is the step the mean really made: it is held back at its box, or up to three standard deviations outside in a
/// coordinate where that happens again and again. There the samples all lie on the bound, and what this coordinate
/// contributes no longer drowns what the others do. Cost of an update: λn² operations, and 9n³ when B and D are renewed.
///
/// **Reference** N. Hansen, *The CMA evolution strategy: a tutorial*, arXiv:1604.00772 (2016).
struct SearchDistribution: Sendable, Codable {
  let dimension: Int
  /// Whether C has nothing beside its diagonal: n numbers, and B = I.
  let isDiagonal: Bool
  private(set) var mean: Buffer<Double>
  private(set) var sigma: Double
  /// C, n × n, or its diagonal.
  private(set) var covariance: Buffer<Double>
  /// B, by columns; empty where C is diagonal.
  private(set) var basis: Buffer<Double>
  /// The diagonal of D.
  private(set) var axes: Buffer<Double>
  private(set) var path: Buffer<Double>
  private(set) var covariancePath: Buffer<Double>
  private(set) var generation = 0
  /// How many more times, up to ten, each coordinate of the mean was held back than not.
  private var held: Buffer<Int>
  private var decomposedAt = 0

  init(mean: Buffer<Double>, sigma: Double, diagonal: Bool = false) {
    let n = mean.count
    dimension = n
    isDiagonal = diagonal
    self.mean = mean
    self.sigma = sigma
    var identity = Buffer(repeating: diagonal ? 1.0 : 0.0, count: diagonal ? n : n * n)
    if !diagonal {
      for i in 0..<n { identity[i * n + i] = 1 }
    }
    covariance = identity
    basis = diagonal ? [] : identity
    axes = Buffer(repeating: 1, count: n)
    path = Buffer(repeating: 0, count: n)
    covariancePath = path
    held = Buffer(repeating: 0, count: n)
  }

  /// The distribution with a covariance known from elsewhere, n × n; the round one where it is not positive definite.
  init(mean: Buffer<Double>, sigma: Double, covariance c: Buffer<Double>) {
    self.init(mean: mean, sigma: sigma)
    let round = covariance
    covariance = c
    if !decompose() { covariance = round }
  }

  /// y = B·D·z for the normal numbers z, which are overwritten with D·z; returns |z|².
  func step(_ z: UnsafeMutablePointer<Double>, into y: UnsafeMutablePointer<Double>) -> Double {
    let n = dimension
    var square = 0.0
    axes.elements.withUnsafeBufferPointer { d in
      for i in 0..<n {
        square += z[i] * z[i]
        z[i] *= d[i]
        y[i] = isDiagonal ? z[i] : 0
      }
    }
    if isDiagonal { return square }
    basis.elements.withUnsafeBufferPointer { b in
      guard var column = b.baseAddress else { return }
      for j in 0..<n {
        let s = z[j]
        for i in 0..<n { y[i] += column[i] * s }
        column += n
      }
    }
    return square
  }

  /// Learns from a generation: `steps` holds the y of every individual, `order` lists them best first.
  mutating func learn(
    _ steps: UnsafeBufferPointer<Double>, squares: Buffer<Double>, order: [Int], _ p: EvolutionParameters,
    within box: UnitBox
  ) {
    let n = dimension
    generation += 1
    // Δm/σ.
    var shift = [Double](repeating: 0, count: n)
    for (rank, k) in order.prefix(p.parents).enumerated() {
      let w = p.weights[rank]
      for i in 0..<n { shift[i] += w * steps[k * n + i] }
    }
    for i in 0..<n {
      let wanted = mean[i] + sigma * shift[i]
      let reach = 0.3 * Double(held[i]) * deviation(i)
      let target = min(max(wanted, box.lower[i] - reach), box.upper[i] + reach)
      held[i] = target == wanted ? max(0, held[i] - 1) : min(10, held[i] + 1)
      shift[i] = (target - mean[i]) / sigma
      mean[i] = target
    }
    let length = lengthenPath(shift, p)
    let (cs, cc) = (p.pathRate, p.covariancePathRate)
    let settled = 1 - power(1 - cs, 2 * generation)
    let open = length * length / settled < (2 + 4 / Double(n + 1)) * Double(n)
    let gain = open ? (cc * (2 - cc) * p.effectiveParents).squareRoot() : 0
    for i in 0..<n { covariancePath[i] = (1 - cc) * covariancePath[i] + gain * shift[i] }
    adapt(steps, squares, order, p, open: open)
    sigma *= exp(min(1, cs / p.damping * (length / p.expectedNorm - 1)))
  }

  /// Moves p_σ by C^(−½)·shift and returns its length.
  private mutating func lengthenPath(_ shift: [Double], _ p: EvolutionParameters) -> Double {
    let n = dimension
    let gain = (p.pathRate * (2 - p.pathRate) * p.effectiveParents).squareRoot()
    for i in 0..<n { path[i] *= 1 - p.pathRate }
    if isDiagonal {
      for i in 0..<n { path[i] += gain * shift[i] / axes[i] }
    }
    for j in 0..<(isDiagonal ? 0 : n) {
      var s = 0.0
      for i in 0..<n { s += basis[j * n + i] * shift[i] }
      s *= gain / axes[j]
      for i in 0..<n { path[i] += basis[j * n + i] * s }
    }
    return dot(path.elements.span, path.elements.span).squareRoot()
  }

  /// The rank-one and rank-μ update of C, lower triangle first and then mirrored.
  private mutating func adapt(
    _ steps: UnsafeBufferPointer<Double>, _ squares: Buffer<Double>, _ order: [Int], _ p: EvolutionParameters,
    open: Bool
  ) {
    let n = dimension
    let (c1, cmu, cc) = (p.rankOneRate, p.rankMuRate, p.covariancePathRate)
    let total = p.weights.elements.reduce(0, +)
    let keep = 1 - c1 - cmu * total + (open ? 0 : c1 * cc * (2 - cc))
    covariance.elements.withUnsafeMutableBufferPointer { c in
      guard let c = c.baseAddress, let steps = steps.baseAddress else { return }
      if isDiagonal {
        for i in 0..<n { c[i] = keep * c[i] + c1 * covariancePath[i] * covariancePath[i] }
        for (rank, k) in order.enumerated() {
          let w = cmu * p.weights[rank]
          if w == 0 { continue }
          let s = w < 0 ? w * Double(n) / max(squares[k], 1e-300) : w
          let y = steps + k * n
          for i in 0..<n { c[i] += s * y[i] * y[i] }
        }
        return
      }
      for i in 0..<n * n { c[i] *= keep }
      covariancePath.elements.withUnsafeBufferPointer { path in
        if let path = path.baseAddress { Self.addSquare(c1, path, to: c, n) }
      }
      for (rank, k) in order.enumerated() {
        let w = cmu * p.weights[rank]
        if w == 0 { continue }
        Self.addSquare(w < 0 ? w * Double(n) / max(squares[k], 1e-300) : w, steps + k * n, to: c, n)
      }
      for j in 0..<n {
        for i in j + 1..<max(n, j + 1) { c[i * n + j] = c[j * n + i] }
      }
    }
  }

  /// Lower triangle of C ← C + w·yyᵀ.
  private static func addSquare(
    _ w: Double, _ y: UnsafePointer<Double>, to c: UnsafeMutablePointer<Double>, _ n: Int
  ) {
    for j in 0..<n {
      let s = w * y[j]
      let column = c + j * n
      for i in j..<n { column[i] += s * y[i] }
    }
  }

  /// Renews B and D when they have become too old. False when C has lost its meaning.
  mutating func refresh(_ p: EvolutionParameters) -> Bool {
    guard Double(generation - decomposedAt) > p.decompositionGap else { return true }
    decomposedAt = generation
    return decompose()
  }

  /// B and D of C; false, and no change, when C has lost its meaning.
  private mutating func decompose() -> Bool {
    let n = dimension
    if isDiagonal {
      guard covariance.elements.allSatisfy({ $0 > 0 && $0.isFinite }) else { return false }
      axes = Buffer(covariance.elements.map { $0.squareRoot() })
      return true
    }
    let matrix = Matrix(rowCount: n, columnCount: n, elements: covariance.elements)
    // In Swift even where there is a LAPACK: the same bits everywhere, and no call overhead at the sizes that matter.
    guard let spectrum = try? SymmetricEigen(matrix, on: n <= 100 ? .portable : .best()),
      let least = spectrum.values.elements.first, least > 0
    else { return false }
    var vectors = spectrum.vectors.elements
    vectors.withUnsafeMutableBufferPointer { vectors in
      for j in 0..<n {
        // The sign of an eigenvector is arbitrary: the first entry of the largest magnitude is made positive.
        var pivot = j * n
        for i in j * n..<(j + 1) * n where abs(vectors[i]) > abs(vectors[pivot]) { pivot = i }
        guard vectors[pivot] < 0 else { continue }
        for i in j * n..<(j + 1) * n { vectors[i] = -vectors[i] }
      }
    }
    basis = Buffer(vectors)
    axes = Buffer(spectrum.values.elements.map { $0.squareRoot() })
    return true
  }

  /// |C^(−½)y|².
  func squaredLength(_ y: [Double]) -> Double {
    let n = dimension
    var sum = 0.0
    for j in 0..<n {
      var t = isDiagonal ? y[j] : 0
      for i in 0..<(isDiagonal ? 0 : n) { t += basis[j * n + i] * y[i] }
      sum += (t / axes[j]) * (t / axes[j])
    }
    return sum
  }

  /// The standard deviation of coordinate i.
  func deviation(_ i: Int) -> Double { sigma * covariance[isDiagonal ? i : i * dimension + i].squareRoot() }

  private func power(_ x: Double, _ k: Int) -> Double {
    var (result, base, k) = (1.0, x, k)
    while k > 0 {
      if k & 1 == 1 { result *= base }
      base *= base
      k >>= 1
    }
    return result
  }
}
