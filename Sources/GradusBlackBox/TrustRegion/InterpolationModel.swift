// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// A quadratic through m points whose second derivatives change as little as they can when a point is exchanged:
///
///     Q(s) = c + gᵀs + ½sᵀ(Γ + Σⱼγⱼsⱼsⱼᵀ)s,    Q(sⱼ) = fⱼ,    s = x − base
///     W = [A, Pᵀ; P, 0],   Aᵢⱼ = ½(sᵢᵀsⱼ)²,   P = the rows (1, s),     H = W⁻¹
///     σ = αβ + τ²,   H ← H + [α uuᵀ − β hhᵀ + τ(huᵀ + uhᵀ)]/σ,   u = e_t − Hw,  h = He_t,  α = h_t,  τ = (Hw)_t
///
/// Column t of H holds the Lagrange function of point t, which is also how Q changes when f_t does. A point that is added
/// borders H. Rows of H: first the constant, then the gradient, then the points. Cost of an exchange: (m + n)² operations.
///
/// **Reference** M. J. D. Powell, *On updating the inverse of a KKT matrix*, DAMTP 2004/NA01; *The BOBYQA algorithm for
/// bound constrained optimization without derivatives*, DAMTP 2009/NA06.
struct InterpolationModel: Sendable, Codable {
  let dimension: Int
  let mostPoints: Int
  /// m.
  private(set) var count: Int
  /// The origin of every s.
  var base: Buffer<Double>
  /// sⱼ, one after the other.
  var offsets: Buffer<Double>
  /// fⱼ.
  var values: Buffer<Double>
  /// Index of the least value.
  private(set) var best = 0
  /// H with `stride` numbers a column.
  var inverse: Buffer<Double>
  var constant = 0.0
  var gradient: Buffer<Double>
  /// Γ.
  var curvature: Buffer<Double>
  /// γ.
  var weights: Buffer<Double>

  var stride: Int { dimension + 1 + mostPoints }
  private var head: Int { dimension + 1 }

  /// The model through the base and two points a coordinate, `steps[i]` and `others[i]` along axis i.
  init(base: [Double], steps: [Double], others: [Double], values f: [Double], mostPoints: Int) {
    let n = base.count
    let m = 2 * n + 1
    dimension = n
    self.mostPoints = max(mostPoints, m)
    count = m
    self.base = Buffer(base)
    offsets = Buffer(repeating: 0, count: n * self.mostPoints)
    values = Buffer(f + [Double](repeating: 0, count: self.mostPoints - m))
    gradient = Buffer(repeating: 0, count: n)
    curvature = Buffer(repeating: 0, count: n * n)
    weights = Buffer(repeating: 0, count: self.mostPoints)
    let ld = n + 1 + self.mostPoints
    inverse = Buffer(repeating: 0, count: ld * ld)
    let p0 = n + 1
    inverse[p0 * ld] = 1
    inverse[p0] = 1
    constant = f[0]
    for i in 0..<n {
      let (a, b) = (steps[i], others[i])
      let (pa, pb) = (p0 + 1 + i, p0 + 1 + n + i)
      offsets[(1 + i) * n + i] = a
      offsets[(1 + n + i) * n + i] = b
      // The weights of the derivative at 0 and, times √2, of the second divided difference of the parabola.
      let slope = [-(a + b) / (a * b), -b / (a * (a - b)), -a / (b * (b - a))]
      let bend = [1 / (a * b), 1 / (a * (a - b)), 1 / (b * (b - a))]
      let rows = [p0, pa, pb]
      for (j, row) in rows.enumerated() {
        inverse[row * ld + 1 + i] = slope[j]
        inverse[(1 + i) * ld + row] = slope[j]
        for (k, column) in rows.enumerated() { inverse[column * ld + row] += 2 * bend[j] * bend[k] }
      }
      let fs = [f[0], f[1 + i], f[1 + n + i]]
      gradient[i] = slope[0] * fs[0] + slope[1] * fs[1] + slope[2] * fs[2]
      curvature[i * n + i] = 2 * (bend[0] * fs[0] + bend[1] * fs[1] + bend[2] * fs[2])
    }
    for j in 0..<m where values[j] < values[best] { best = j }
  }

  func offset(_ j: Int) -> ArraySlice<Double> { offsets.elements[j * dimension..<(j + 1) * dimension] }

  /// The best point.
  var center: [Double] { (0..<dimension).map { base[$0] + offsets[best * dimension + $0] } }

  /// |sⱼ − s_best|².
  func squaredDistance(_ j: Int, from s: ArraySlice<Double>) -> Double {
    var sum = 0.0
    for (a, b) in zip(offset(j), s) { sum += (a - b) * (a - b) }
    return sum
  }

  // MARK: The quadratic

  /// result ← (Γ + Σγⱼsⱼsⱼᵀ)d.
  func multiply(_ d: [Double], into result: inout [Double]) {
    let (n, m) = (dimension, count)
    d.withUnsafeBufferPointer { d in
      result.withUnsafeMutableBufferPointer { r in
        curvature.elements.withUnsafeBufferPointer { c in
          for i in 0..<n { r[i] = 0 }
          for j in 0..<n where d[j] != 0 {
            let s = d[j]
            for i in 0..<n { r[i] += c[j * n + i] * s }
          }
        }
        offsets.elements.withUnsafeBufferPointer { x in
          for k in 0..<m where weights[k] != 0 {
            var t = 0.0
            for i in 0..<n { t += x[k * n + i] * d[i] }
            t *= weights[k]
            for i in 0..<n { r[i] += t * x[k * n + i] }
          }
        }
      }
    }
  }

  /// ∇Q at the best point.
  var slope: [Double] {
    var result = [Double](repeating: 0, count: dimension)
    multiply(Array(offset(best)), into: &result)
    for i in 0..<dimension { result[i] += gradient[i] }
    return result
  }

  /// Second derivative i.
  func diagonal(_ i: Int) -> Double {
    var sum = curvature[i * dimension + i]
    for k in 0..<count { sum += weights[k] * offsets[k * dimension + i] * offsets[k * dimension + i] }
    return sum
  }

  /// The Hessian of Q, n × n.
  var hessian: [Double] {
    var h = curvature.elements
    let n = dimension
    for k in 0..<count where weights[k] != 0 {
      for j in 0..<n {
        let t = weights[k] * offsets[k * n + j]
        for i in 0..<n { h[j * n + i] += t * offsets[k * n + i] }
      }
    }
    return h
  }

  /// Q at the best point + d, minus Q there.
  func change(_ d: [Double], slope: [Double]) -> Double {
    var product = [Double](repeating: 0, count: dimension)
    multiply(d, into: &product)
    var sum = 0.0
    for i in 0..<dimension { sum += d[i] * (slope[i] + 0.5 * product[i]) }
    return sum
  }

  // MARK: Exchanging points

  /// What an exchange or addition of the point best + d needs: Hw, and β.
  struct Probe {
    var product: [Double]
    var beta: Double
  }

  func probe(_ d: [Double]) -> Probe {
    let (n, m, ld) = (dimension, count, stride)
    let used = n + 1 + m
    var v = [Double](repeating: 0, count: used)
    var (dx, dd, bb) = (0.0, 0.0, 0.0)
    let b = best * n
    for i in 0..<n {
      v[1 + i] = d[i]
      dx += offsets[b + i] * d[i]
      dd += d[i] * d[i]
      bb += offsets[b + i] * offsets[b + i]
    }
    var product = [Double](repeating: 0, count: used)
    var square = 0.0
    offsets.elements.withUnsafeBufferPointer { x in
      for k in 0..<m {
        var (s, t) = (0.0, 0.0)
        for i in 0..<n {
          s += x[k * n + i] * d[i]
          t += x[k * n + i] * x[b + i]
        }
        v[n + 1 + k] = s * (0.5 * s + t)
      }
    }
    inverse.elements.withUnsafeBufferPointer { h in
      for j in 0..<used where v[j] != 0 {
        let t = v[j]
        let column = j * ld
        for i in 0..<used { product[i] += h[column + i] * t }
      }
    }
    for i in 0..<used { square += v[i] * product[i] }
    product[n + 1 + best] += 1
    return Probe(product: product, beta: dx * dx + dd * (bb + 2 * dx + 0.5 * dd) - square)
  }

  /// σ of an exchange of point t.
  func denominator(_ t: Int, _ probe: Probe) -> Double {
    let p = head + t
    return inverse[p * stride + p] * probe.beta + probe.product[p] * probe.product[p]
  }

  /// τ of an exchange of point t.
  func product(_ t: Int, _ probe: Probe) -> Double { probe.product[head + t] }

  /// Puts best + d with its value in the place of point t. `change` is what Q foretold of the value relative to the best.
  mutating func replace(_ t: Int, by d: [Double], value: Double, change: Double, _ probe: Probe) {
    let (n, m, ld) = (dimension, count, stride)
    let used = n + 1 + m
    let p = head + t
    let sigma = denominator(t, probe)
    var u = probe.product
    for i in 0..<used { u[i] = -u[i] }
    u[p] += 1
    let (alpha, beta, tau) = (inverse[p * ld + p], probe.beta, probe.product[p])
    let h = Array(inverse.elements[p * ld..<p * ld + used])
    inverse.elements.withUnsafeMutableBufferPointer { inverse in
      for j in 0..<used {
        let a = (alpha * u[j] + tau * h[j]) / sigma
        let b = (tau * u[j] - beta * h[j]) / sigma
        let column = j * ld
        for i in 0..<used { inverse[column + i] += a * u[i] + b * h[i] }
      }
    }
    let surprise = value - values[best] - change
    let weight = weights[t]
    if weight != 0 {
      for j in 0..<n {
        let s = weight * offsets[t * n + j]
        for i in 0..<n { curvature[j * n + i] += s * offsets[t * n + i] }
      }
      weights[t] = 0
    }
    place(t, d, value)
    learn(t, surprise)
  }

  /// Adds best + d with its value.
  mutating func add(_ d: [Double], value: Double, change: Double, _ probe: Probe) {
    let (ld, t) = (stride, count)
    let used = dimension + 1 + count
    let p = head + t
    let scale = 1 / probe.beta
    inverse.elements.withUnsafeMutableBufferPointer { inverse in
      for j in 0..<used {
        let s = scale * probe.product[j]
        for i in 0..<used { inverse[j * ld + i] += s * probe.product[i] }
        inverse[j * ld + p] = -s
        inverse[p * ld + j] = -s
      }
      inverse[p * ld + p] = scale
    }
    count += 1
    let surprise = value - values[best] - change
    place(t, d, value)
    learn(t, surprise)
  }

  private mutating func place(_ t: Int, _ d: [Double], _ value: Double) {
    let n = dimension
    for i in 0..<n { offsets[t * n + i] = offsets[best * n + i] + d[i] }
    values[t] = value
  }

  /// Changes Q by the multiple of Lagrange function t, and finds the best again.
  private mutating func learn(_ t: Int, _ surprise: Double) {
    let column = (head + t) * stride
    constant += inverse[column] * surprise
    for i in 0..<dimension { gradient[i] += inverse[column + 1 + i] * surprise }
    for k in 0..<count { weights[k] += inverse[column + head + k] * surprise }
    if values[t] < values[best] { best = t }
  }

  /// Forgets all curvature of the past: the interpolant with the least second derivatives.
  mutating func relax() {
    let lowest = values[best]
    for i in 0..<dimension { gradient[i] = 0 }
    for k in 0..<count { weights[k] = 0 }
    for i in curvature.elements.indices { curvature[i] = 0 }
    constant = lowest
    for t in 0..<count {
      let column = (head + t) * stride
      let f = values[t] - lowest
      if f == 0 { continue }
      constant += inverse[column] * f
      for i in 0..<dimension { gradient[i] += inverse[column + 1 + i] * f }
      for k in 0..<count { weights[k] += inverse[column + head + k] * f }
    }
  }
}
