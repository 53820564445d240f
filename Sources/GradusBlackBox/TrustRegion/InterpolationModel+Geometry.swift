// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

extension InterpolationModel {
  /// Moves the base to the best point:
  ///
  ///     s ← s − δ;   W' = TWTᵀ,  T = [I, Y; 0, S],  S = [1, 0; −δ, I];   H' = T⁻ᵀHT⁻¹
  ///     yᵢ = (½aᵢ² − δ²aᵢ + ¼δ⁴,  (½δ² − aᵢ)sᵢ + ½aᵢδ),   aᵢ = δᵀsᵢ
  ///
  /// Cost: m²n + mn² operations.
  mutating func rebase() {
    let (n, m) = (dimension, count)
    let delta = Array(offset(best))
    let square = delta.reduce(0) { $0 + $1 * $1 }
    guard square > 0 else { return }
    // K = −Y S⁻¹, one row a point.
    var k = [Double](repeating: 0, count: m * (n + 1))
    for j in 0..<m {
      var a = 0.0
      for i in 0..<n { a += delta[i] * offsets[j * n + i] }
      var first = 0.5 * a * a - square * a + 0.25 * square * square
      for i in 0..<n {
        let y = (0.5 * square - a) * offsets[j * n + i] + 0.5 * a * delta[i]
        k[j * (n + 1) + 1 + i] = -y
        first += y * delta[i]
      }
      k[j * (n + 1)] = -first
    }
    moveInverse(k, delta)
    moveQuadratic(delta)
  }

  private mutating func moveQuadratic(_ delta: [Double]) {
    let (n, m) = (dimension, count)
    let slope = slope
    for i in 0..<n { gradient[i] = slope[i] }
    constant = values[best]
    var v = [Double](repeating: 0, count: n)
    for j in 0..<m {
      for i in 0..<n {
        offsets[j * n + i] -= delta[i]
        v[i] += weights[j] * (offsets[j * n + i] + 0.5 * delta[i])
      }
    }
    for j in 0..<n {
      for i in 0..<n { curvature[j * n + i] += v[i] * delta[j] + delta[i] * v[j] }
      base[j] += delta[j]
    }
  }

  private mutating func moveInverse(_ k: [Double], _ delta: [Double]) {
    let (n, m, ld) = (dimension, count, stride)
    let head = n + 1
    // Points' rows, head columns: B = ΩK + ΞᵀS⁻¹.   Head's rows: C = ΞK + ΥS⁻¹.
    let rows = head + m
    var product = [Double](repeating: 0, count: rows * head)
    inverse.elements.withUnsafeBufferPointer { h in
      product.withUnsafeMutableBufferPointer { product in
        for c in 0..<head {
          let target = c * rows
          for j in 0..<m {
            let s = k[j * head + c]
            if s == 0 { continue }
            let column = (head + j) * ld
            for i in 0..<rows { product[target + i] += h[column + i] * s }
          }
          for i in 0..<rows { product[target + i] += h[c * ld + i] }
          if c == 0 {
            for j in 0..<n {
              let s = delta[j]
              for i in 0..<rows { product[target + i] += h[(1 + j) * ld + i] * s }
            }
          }
        }
      }
    }
    inverse.elements.withUnsafeMutableBufferPointer { h in
      for c in 0..<head {
        let source = c * rows
        for j in 0..<m {
          h[c * ld + head + j] = product[source + head + j]
          h[(head + j) * ld + c] = product[source + head + j]
        }
        // Υ' = KᵀB + S⁻ᵀC.
        for r in 0...c {
          var sum = product[source + r]
          if r == 0 {
            for j in 0..<n { sum += delta[j] * product[source + 1 + j] }
          }
          for j in 0..<m { sum += k[j * head + r] * product[source + head + j] }
          h[c * ld + r] = sum
          h[r * ld + c] = sum
        }
      }
    }
  }

  /// A point within `radius` of the best and inside the box that makes point t well determined: the better, by σ, of the
  /// best one on the lines through the best point and the others, and of the largest |ℓ_t| along its gradient.
  func placement(of t: Int, radius: Double, lower: [Double], upper: [Double]) -> ([Double], Probe, Double)? {
    let candidates = [lineStep(t, radius, lower, upper)] + gradientSteps(t, radius, lower, upper)
    var found: ([Double], Probe, Double)?
    for d in candidates where d.contains(where: { $0 != 0 }) {
      let probe = probe(d)
      let sigma = denominator(t, probe)
      if sigma.isFinite, sigma > found?.2 ?? 0 { found = (d, probe, sigma) }
    }
    return found
  }

  /// ∇ℓ_t at the best point, and γ of ℓ_t.
  private func lagrange(_ t: Int) -> (slope: [Double], weights: [Double]) {
    let (n, m) = (dimension, count)
    let column = (n + 1 + t) * stride
    var slope = (0..<n).map { inverse[column + 1 + $0] }
    let weights = (0..<m).map { inverse[column + n + 1 + $0] }
    for k in 0..<m where weights[k] != 0 {
      var s = 0.0
      for i in 0..<n { s += offsets[k * n + i] * offsets[best * n + i] }
      s *= weights[k]
      for i in 0..<n { slope[i] += s * offsets[k * n + i] }
    }
    return (slope, weights)
  }

  private func lineStep(_ t: Int, _ radius: Double, _ lower: [Double], _ upper: [Double]) -> [Double] {
    let (n, m) = (dimension, count)
    let p = n + 1 + t
    let alpha = inverse[p * stride + p]
    let slope = lagrange(t).slope
    var (bestScore, bestStep, bestPoint) = (0.0, 0.0, t)
    for k in 0..<m where k != best {
      var (derivative, square) = (0.0, 0.0)
      var (least, most) = (-Double.infinity, Double.infinity)
      for i in 0..<n {
        let e = offsets[k * n + i] - offsets[best * n + i]
        derivative += slope[i] * e
        square += e * e
        let x = base[i] + offsets[best * n + i]
        if e > 0 {
          least = max(least, (lower[i] - x) / e)
          most = min(most, (upper[i] - x) / e)
        } else if e < 0 {
          least = max(least, (upper[i] - x) / e)
          most = min(most, (lower[i] - x) / e)
        }
      }
      guard square > 0 else { continue }
      let reach = radius / square.squareRoot()
      least = max(least, -reach)
      most = min(most, reach)
      // ℓ_t along the line: 0 at the best point, 1 or 0 at point k.
      let bend = k == t ? derivative - 1 : derivative
      var steps = [least, most]
      if bend != 0 {
        let top = k == t ? 0.5 * derivative / bend : 0.5
        if top > least, top < most { steps.append(top) }
      }
      for step in steps {
        let value = step * (derivative - step * bend)
        let arc = step * (1 - step) * square
        let score = value * value * (value * value + 0.5 * alpha * arc * arc)
        if score > bestScore { (bestScore, bestStep, bestPoint) = (score, step, k) }
      }
    }
    return (0..<n).map { bestStep * (offsets[bestPoint * n + $0] - offsets[best * n + $0]) }
  }

  private func gradientSteps(_ t: Int, _ radius: Double, _ lower: [Double], _ upper: [Double]) -> [[Double]] {
    let (n, m) = (dimension, count)
    let (slope, weights) = lagrange(t)
    return [1.0, -1.0].map { sign in
      var d = [Double](repeating: 0, count: n)
      var isFree = [Bool](repeating: true, count: n)
      var left = radius * radius
      // Coordinates whose share of the step would leave the box stop at the bound; the others share what is left.
      for _ in 0..<max(1, n) {
        var square = 0.0
        for i in 0..<n where isFree[i] { square += slope[i] * slope[i] }
        guard square > 0, left > 0 else { break }
        let scale = sign * (left / square).squareRoot()
        var isInside = true
        for i in 0..<n where isFree[i] {
          let x = base[i] + offsets[best * n + i]
          let step = scale * slope[i]
          if x + step < lower[i] || x + step > upper[i] {
            d[i] = step < 0 ? lower[i] - x : upper[i] - x
            left -= d[i] * d[i]
            isFree[i] = false
            isInside = false
          } else {
            d[i] = step
          }
        }
        if isInside { break }
      }
      var (linear, bend) = (0.0, 0.0)
      for i in 0..<n { linear += slope[i] * d[i] }
      for k in 0..<m {
        var s = 0.0
        for i in 0..<n { s += offsets[k * n + i] * d[i] }
        bend += weights[k] * s * s
      }
      if linear * bend < 0, abs(bend) > abs(linear) {
        let shorter = -linear / bend
        let (whole, part) = (linear + 0.5 * bend, 0.5 * linear * shorter)
        if abs(part) > abs(whole) {
          for i in 0..<n { d[i] *= shorter }
        }
      }
      return d
    }
  }
}
