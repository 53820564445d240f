// SPDX-License-Identifier: Apache-2.0

/// The step of a trust region inside a box:
///
///     minimize gᵀd + ½dᵀHd,   |d| ≤ Δ,   l ≤ d ≤ u
///
/// Conjugate gradients on the coordinates that no bound holds, begun anew when one more meets its bound; on the sphere turns
/// in the plane of d and the gradient while they bring more than a hundredth. H is only multiplied with.
///
/// **Reference** M. J. D. Powell, DAMTP 2009/NA06, section 3.
struct BoxTrustStep {
  private let n: Int
  private let multiply: ([Double], inout [Double]) -> Void
  private let lower: [Double]
  private let upper: [Double]
  private let radius: Double

  private(set) var step: [Double]
  /// The gradient of the quadratic at `step`.
  private(set) var slope: [Double]
  /// The least curvature met where the whole step came from conjugate gradients inside the sphere; 0 otherwise, −1 when
  /// there was nothing to do.
  private(set) var leastCurvature = -1.0
  /// How much the quadratic falls.
  private(set) var reduction = 0.0
  private var isHeld: [Bool]
  private var product: [Double]

  /// Bounds are relative to where the step begins.
  init(
    slope: [Double], lower: [Double], upper: [Double], radius: Double,
    multiply: @escaping ([Double], inout [Double]) -> Void
  ) {
    n = slope.count
    self.slope = slope
    self.lower = lower
    self.upper = upper
    self.radius = radius
    self.multiply = multiply
    step = [Double](repeating: 0, count: n)
    product = step
    isHeld = slope.indices.map { (lower[$0] >= 0 && slope[$0] >= 0) || (upper[$0] <= 0 && slope[$0] <= 0) }
    if descend() {
      leastCurvature = 0
      turn()
    }
    for i in 0..<n { step[i] = min(max(step[i], lower[i]), upper[i]) }
  }

  private var freeCount: Int { isHeld.count { !$0 } }

  private func inner(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for i in 0..<n where !isHeld[i] { sum += a[i] * b[i] }
    return sum
  }

  /// True when the sphere was reached.
  private mutating func descend() -> Bool {
    var direction = [Double](repeating: 0, count: n)
    var (beta, square) = (0.0, 0.0)
    var left = 0
    for _ in 0..<max(10, 4 * n) {
      if beta == 0 {
        square = inner(slope, slope)
        left = freeCount
      }
      for i in 0..<n { direction[i] = isHeld[i] ? 0 : beta * direction[i] - slope[i] }
      let length = inner(direction, direction)
      if length == 0 || left <= 0 || square * radius * radius <= 1e-4 * reduction * reduction { return false }
      multiply(direction, &product)
      let room = radius * radius - step.reduce(0) { $0 + $1 * $1 }
      if room <= 0 { return true }
      let along = inner(direction, step)
      let bend = inner(direction, product)
      let root = (length * room + along * along).squareRoot()
      let most = along < 0 ? (root - along) / length : room / (root + along)
      var size = bend > 0 ? min(most, square / bend) : most
      var blocking: Int?
      for i in 0..<n where direction[i] != 0 {
        let reach = ((direction[i] > 0 ? upper[i] : lower[i]) - step[i]) / direction[i]
        if reach < size { (size, blocking) = (max(0, reach), i) }
      }
      let old = square
      var gain = 0.0
      if size > 0 {
        left -= 1
        if blocking == nil, bend > 0 {
          let curvature = bend / length
          leastCurvature = leastCurvature < 0 ? curvature : min(leastCurvature, curvature)
        }
        for i in 0..<n {
          slope[i] += size * product[i]
          if !isHeld[i] { step[i] += size * direction[i] }
        }
        square = inner(slope, slope)
        gain = max(size * (old - 0.5 * size * bend), 0)
        reduction += gain
      }
      if let i = blocking {
        isHeld[i] = true
        step[i] = direction[i] > 0 ? upper[i] : lower[i]
        beta = 0
        continue
      }
      if size >= most { return true }
      if left <= 0 || gain <= 0.01 * reduction { return false }
      beta = square / old
    }
    return false
  }

  /// Turns the free part of the step on its sphere.
  private mutating func turn() {
    var image = [Double](repeating: 0, count: n)
    var side = image
    var isFresh = true
    var reduced = step
    for _ in 0..<max(10, 4 * n) {
      guard freeCount > 1 else { return }
      for i in 0..<n { reduced[i] = isHeld[i] ? 0 : step[i] }
      if isFresh {
        multiply(reduced, &image)
        isFresh = false
      }
      let (dd, dg, gg) = (inner(reduced, reduced), inner(reduced, slope), inner(slope, slope))
      let area = gg * dd - dg * dg
      if area <= 1e-4 * reduction * reduction { return }
      let root = area.squareRoot()
      for i in 0..<n { side[i] = isHeld[i] ? 0 : (dg * reduced[i] - dd * slope[i]) / root }
      // The tangent of half the largest angle that keeps every coordinate inside.
      var (limit, blocking, bound) = (1.0, -1, 0.0)
      var isRestarted = false
      for i in 0..<n where !isHeld[i] {
        let (below, above) = (step[i] - lower[i], upper[i] - step[i])
        if below <= 0 || above <= 0 {
          isHeld[i] = true
          isRestarted = true
          continue
        }
        let square = reduced[i] * reduced[i] + side[i] * side[i]
        let low = square - lower[i] * lower[i]
        if low > 0 {
          let t = low.squareRoot() - side[i]
          if limit * t > below { (limit, blocking, bound) = (below / t, i, lower[i]) }
        }
        let high = square - upper[i] * upper[i]
        if high > 0 {
          let t = high.squareRoot() + side[i]
          if limit * t > above { (limit, blocking, bound) = (above / t, i, upper[i]) }
        }
      }
      if isRestarted {
        isFresh = true
        continue
      }
      multiply(side, &product)
      let (shs, dhs, dhd) = (inner(side, product), inner(reduced, product), inner(reduced, image))
      func gain(_ t: Double) -> Double {
        let sine = 2 * t / (1 + t * t)
        return sine * (t * dg + root - 0.5 * sine * (shs + t * (t * dhd - 2 * dhs)))
      }
      let count = Int(17 * limit + 3.1)
      var gains = [0.0]
      var top = 0
      for k in 1...count {
        gains.append(gain(limit * Double(k) / Double(count)))
        if gains[k] > gains[top] { top = k }
      }
      guard top > 0 else { return }
      var t = limit * Double(top) / Double(count)
      if top < count {
        let bend = 2 * gains[top] - gains[top - 1] - gains[top + 1]
        if bend > 0 { t = limit * (Double(top) + 0.5 * (gains[top + 1] - gains[top - 1]) / bend) / Double(count) }
      }
      let won = gain(t)
      guard won > 0 else { return }
      let (cosine, sine) = ((1 - t * t) / (1 + t * t), 2 * t / (1 + t * t))
      for i in 0..<n {
        slope[i] += (cosine - 1) * image[i] + sine * product[i]
        if !isHeld[i] { step[i] = cosine * reduced[i] + sine * side[i] }
        image[i] = cosine * image[i] + sine * product[i]
      }
      reduction += won
      if blocking >= 0, top == count {
        isHeld[blocking] = true
        step[blocking] = bound
        isFresh = true
      } else if won <= 0.01 * reduction {
        return
      }
    }
  }
}
