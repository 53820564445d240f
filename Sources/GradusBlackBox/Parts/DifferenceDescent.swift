// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Quasi-Newton descent in a box with slopes from differences: n values a slope, one or two a step.
///
///     gᵢ = (f(x + hᵢeᵢ) − f(x))/hᵢ,   hᵢ = 2(ε|f|Hᵢᵢ)^½;     x ← x − tHg;     H by BFGS
///
/// t comes from values alone, by the parabola through them and the slope, so that a step is nearly as long as it should be
/// before the next slope is paid for. Coordinates at a bound that the slope pushes against stand still.
///
/// **Reference** J. Nocedal & S. Wright, *Numerical Optimization*, 2nd ed., sections 6.1 and 8.1.
struct DifferenceDescent: Sendable, Codable {
  enum Phase: Sendable, Codable {
    /// Slope i is measured.
    case slope(Int)
    case line
    case ended
  }

  let lower: [Double]
  let upper: [Double]
  private(set) var x: [Double]
  private(set) var value: Double
  private(set) var phase = Phase.slope(0)
  private var slopes: [Double]
  private var lastSlopes: [Double] = []
  private var move: [Double] = []
  /// H.
  private var inverse: Buffer<Double>
  /// True until H has learned something.
  private var isFresh = true
  private var direction: [Double] = []
  private var descent = 0.0
  private var size = 0.0
  private var trials = 0
  /// The best step of this line, 0 for none.
  private var bestSize = 0.0
  private var bestValue = 0.0
  private var idle = 0
  private(set) var asked = 0
  let tolerance: Double

  /// Begins at x with its value, and with 1/curvature of each coordinate where it is known, positive.
  init(at x: [Double], value: Double, lower: [Double], upper: [Double], inverses: [Double], tolerance: Double = 1e-12) {
    let n = x.count
    self.x = x
    self.value = value
    self.lower = lower
    self.upper = upper
    self.tolerance = tolerance
    slopes = [Double](repeating: 0, count: n)
    var h = Buffer(repeating: 0.0, count: n * n)
    for i in 0..<n { h[i * n + i] = inverses[i] }
    inverse = h
    if n == 0 { phase = .ended }
  }

  var isOver: Bool { if case .ended = phase { true } else { false } }

  /// The slopes are known already.
  mutating func begin(slopes g: [Double]) {
    slopes = g
    beginLine()
  }

  private func difference(_ i: Int) -> Double {
    let n = x.count
    let noise = max(abs(value), 1e-3) * 2.3e-16
    let h = min(max(2 * (noise * max(inverse[i * n + i], 0)).squareRoot(), 1e-10), 1e-4)
    return x[i] + h <= upper[i] ? h : -h
  }

  /// Where the function is to be asked.
  var question: [Double]? {
    switch phase {
    case .slope(let i):
      var y = x
      y[i] += difference(i)
      return y
    case .line: return trial(size)
    case .ended: return nil
    }
  }

  private func trial(_ t: Double) -> [Double] {
    x.indices.map { min(max(x[$0] + t * direction[$0], lower[$0]), upper[$0]) }
  }

  mutating func hear(_ answer: Double) {
    asked += 1
    switch phase {
    case .slope(let i):
      slopes[i] = answer.isFinite ? (answer - value) / difference(i) : 0
      if i + 1 < x.count {
        phase = .slope(i + 1)
      } else {
        learn()
        beginLine()
      }
    case .line: hearLine(answer)
    case .ended: break
    }
  }

  /// H ← (I − syᵀ/sᵀy)H(I − ysᵀ/sᵀy) + ssᵀ/sᵀy.
  private mutating func learn() {
    guard !lastSlopes.isEmpty else { return }
    let n = x.count
    let y = (0..<n).map { slopes[$0] - lastSlopes[$0] }
    let sy = dot(move, y)
    guard sy > 1e-12 * (dot(move, move) * dot(y, y)).squareRoot() else { return }
    if isFresh {
      // A first guess of the size: the larger of what was given and what this step saw.
      let scale = sy / max(energy(y), 1e-300)
      for k in inverse.elements.indices { inverse[k] *= scale }
      isFresh = false
    }
    let hy = product(y)
    let yhy = dot(y, hy)
    let factor = (1 + yhy / sy) / sy
    for j in 0..<n {
      for i in 0..<n {
        inverse[j * n + i] += factor * move[i] * move[j] - (hy[i] * move[j] + move[i] * hy[j]) / sy
      }
    }
  }

  private func energy(_ y: [Double]) -> Double { dot(y, product(y)) }

  private func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices { sum += a[i] * b[i] }
    return sum
  }

  private func product(_ v: [Double]) -> [Double] {
    let n = v.count
    var r = [Double](repeating: 0, count: n)
    inverse.elements.withUnsafeBufferPointer { h in
      for j in 0..<n where v[j] != 0 {
        for i in 0..<n { r[i] += h[j * n + i] * v[j] }
      }
    }
    return r
  }

  private mutating func beginLine() {
    let n = x.count
    let g = (0..<n).map { i in
      (x[i] <= lower[i] && slopes[i] > 0) || (x[i] >= upper[i] && slopes[i] < 0) ? 0 : slopes[i]
    }
    guard g.contains(where: { $0 != 0 }) else { return phase = .ended }
    for attempt in 0..<2 {
      direction = product(g).map { -$0 }
      for i in 0..<n where g[i] == 0 { direction[i] = 0 }
      descent = dot(direction, g)
      if descent < 0, direction.allSatisfy(\.isFinite) { break }
      guard attempt == 0, reset(g) else { return phase = .ended }
    }
    // No coordinate crosses more than a third of the box at once.
    let longest = direction.reduce(0) { max($0, abs($1)) }
    size = min(1, 0.3 / max(longest, 1e-300))
    trials = 0
    bestSize = 0
    bestValue = value
    phase = .line
  }

  /// H ← a multiple of I, so that the step has a thousandth of the box; false when it was that already.
  private mutating func reset(_ g: [Double]) -> Bool {
    guard !isFresh else { return false }
    let n = x.count
    let scale = 1e-3 / max(dot(g, g).squareRoot(), 1e-300)
    for k in inverse.elements.indices { inverse[k] = k % (n + 1) == 0 ? scale : 0 }
    isFresh = true
    lastSlopes = []
    return true
  }

  private mutating func hearLine(_ answer: Double) {
    trials += 1
    let t = size
    let bend = answer - value - descent * t
    let vertex = bend > 0 ? -0.5 * descent * t * t / bend : .infinity
    if answer.isFinite, answer < bestValue {
      let isFirst = bestSize == 0
      (bestSize, bestValue) = (t, answer)
      let isEnough = answer <= value + 1e-4 * descent * t
      if trials < 8, isEnough, vertex > 1.6 * t, vertex.isInfinite || isFirst || vertex > 3 * t {
        // The parabola is still falling here.
        let next = min(vertex, (isFirst ? 4 : 3) * t)
        if trial(next) != trial(t) {
          size = next
          return
        }
      } else if trials < 4, isFirst, vertex < 0.6 * t {
        size = max(vertex, 0.1 * t)
        return
      }
      return accept()
    }
    if bestSize > 0 { return accept() }
    guard trials < 12 else { return fail() }
    size = answer.isFinite ? min(max(vertex, 0.05 * t), 0.5 * t) : 0.1 * t
    if trial(size) == x { fail() }
  }

  private mutating func fail() {
    let g = slopes
    if reset(g) { beginLine() } else { phase = .ended }
  }

  private mutating func accept() {
    let y = trial(bestSize)
    move = x.indices.map { y[$0] - x[$0] }
    lastSlopes = slopes
    x = y
    let gain = value - bestValue
    value = bestValue
    idle = gain <= tolerance * max(1, abs(value)) ? idle + 1 : 0
    phase = idle >= 2 ? .ended : .slope(0)
  }
}
