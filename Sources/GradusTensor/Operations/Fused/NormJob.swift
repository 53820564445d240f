// SPDX-License-Identifier: Apache-2.0

/// One loop over rows to be normalized.
struct NormJob<T: TensorElement>: BitwiseCopyable {
  let x: UnsafeMutablePointer<T>
  let gain: UnsafeMutablePointer<T>
  let bias: UnsafeMutablePointer<T>
  let g: UnsafeMutablePointer<T>
  let out: UnsafeMutablePointer<T>
  let partial: UnsafeMutablePointer<T>?
  let rows: Int
  let width: Int
  let epsilon: T

  static var rowsPerBlock: Int { 64 }

  init(
    _ x: Tensor, gain: Tensor, bias: Tensor, g: Tensor, out: Tensor, partial: UnsafeMutablePointer<T>?,
    _ epsilon: Double
  ) {
    self.x = x.pointer(T.self)
    self.gain = gain.pointer(T.self)
    self.bias = bias.pointer(T.self)
    self.g = g.pointer(T.self)
    self.out = out.pointer(T.self)
    self.partial = partial
    width = x.shape[-1]
    rows = x.count / max(1, width)
    self.epsilon = T(epsilon)
  }

  var blocks: Int { (rows + Self.rowsPerBlock - 1) / Self.rowsPerBlock }

  @inline(__always)
  func range(_ index: Int) -> Range<Int> { index * Self.rowsPerBlock..<min(rows, (index + 1) * Self.rowsPerBlock) }

  /// Mean and 1/√(variance + ε) of a row, the variance from centered values.
  @inline(__always)
  func statistics(_ x: UnsafePointer<T>) -> (mean: T, scale: T) {
    let mean = Lanes.sum(x, width) / T(width)
    let center = SIMD16<T>(repeating: mean)
    var lanes = SIMD16<T>(repeating: 0), i = 0
    while i &+ 16 <= width {
      let d = Lanes.load(x + i) - center
      lanes.addProduct(d, d)
      i &+= 16
    }
    var total = Lanes.sum(lanes)
    while i < width {
      total += (x[i] - mean) * (x[i] - mean)
      i &+= 1
    }
    return (mean, 1 / (total / T(width) + epsilon).squareRoot())
  }

  /// The cotangents of a block of rows, and its share of those of gain and bias.
  @inline(__always)
  func centeredGradient(_ index: Int) {
    guard let partial else { return }
    let dGain = partial + index * 2 * width, dBias = dGain + width
    dGain.update(repeating: 0, count: 2 * width)
    let n = T(width)
    for row in range(index) {
      let x = x + row * width, g = g + row * width, dx = out + row * width
      let (mean, scale) = statistics(x), gain = gain
      // dx = scale·(h − mean(h) − x̂·mean(h·x̂)) with h = g·gain; dx holds h meanwhile.
      for i in 0..<width {
        let normal = (x[i] - mean) * scale
        dGain[i] += g[i] * normal
        dBias[i] += g[i]
        dx[i] = g[i] * gain[i]
      }
      let first = Lanes.sum(dx, width) / n
      let second = (Lanes.dot(dx, x, width) / n - first * mean) * scale
      for i in 0..<width { dx[i] = scale * (dx[i] - first - (x[i] - mean) * scale * second) }
    }
  }

  /// The same without centering, and without a bias.
  @inline(__always)
  func plainGradient(_ index: Int) {
    guard let partial else { return }
    let dGain = partial + index * width
    dGain.update(repeating: 0, count: width)
    let n = T(width)
    for row in range(index) {
      let x = x + row * width, g = g + row * width, dx = out + row * width
      let scale = 1 / (Lanes.dot(x, x, width) / n + epsilon).squareRoot(), gain = gain
      // dx = scale·(h − x̂·mean(h·x̂)) with h = g·gain and x̂ = x·scale; dx holds h meanwhile.
      for i in 0..<width { dGain[i] += g[i] * (x[i] * scale) }
      for i in 0..<width { dx[i] = g[i] * gain[i] }
      let mean = Lanes.dot(dx, x, width) / n * scale * scale
      for i in 0..<width { dx[i] = scale * (dx[i] - x[i] * mean) }
    }
  }
}
