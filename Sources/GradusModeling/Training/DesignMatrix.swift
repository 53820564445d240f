// SPDX-License-Identifier: Apache-2.0
internal import GradusNumerics

/// Features scaled to mean 0 and population standard deviation 1; constant features become 0.
///
///     zᵢⱼ = (xᵢⱼ − μⱼ) / σⱼ
///
/// Dense tables store Z. Sparse ones keep X and apply the shift in products: Zw = X(w/σ) − (μᵀ(w/σ))1.
public struct DesignMatrix: Sendable {
  /// n.
  public let rowCount: Int
  /// p.
  public let columnCount: Int
  /// μ, one number a feature.
  public let means: [Double]
  /// 1/σ; 0 for constant features.
  public let factors: [Double]
  private let storage: Storage

  private enum Storage: Sendable {
    /// Z, row after row.
    case dense([Double])
    /// X by rows, with Σⱼ of what the shift adds left to products.
    case sparse(starts: [Int], features: [Int32], values: [Double])
  }

  /// Stored entries above which the shift is applied at once.
  private static let denseShare = 0.25

  /// Cost: three passes over the entries.
  public init(standardizing table: DataTable) {
    let (n, p) = (table.rowCount, table.featureCount)
    rowCount = n
    columnCount = p
    var sums = [Double](repeating: 0, count: p)
    var counts = [Int](repeating: 0, count: p)
    var lowest = [Double](repeating: .infinity, count: p)
    var highest = [Double](repeating: -.infinity, count: p)
    for (feature, x) in zip(table.features, table.values) {
      let j = Int(feature)
      sums[j] += x
      counts[j] += 1
      lowest[j] = min(lowest[j], x)
      highest[j] = max(highest[j], x)
    }
    let means = sums.map { $0 / Double(n) }
    var squares = [Double](repeating: 0, count: p)
    for (feature, x) in zip(table.features, table.values) {
      let j = Int(feature)
      squares[j] += (x - means[j]) * (x - means[j])
    }
    var factors = [Double](repeating: 0, count: p)
    for j in 0..<p {
      let absent = counts[j] < n
      // Equal entries are told apart from rounding errors of their mean.
      guard counts[j] > 0, min(lowest[j], absent ? 0 : .infinity) < max(highest[j], absent ? 0 : -.infinity) else {
        continue
      }
      let variance = (squares[j] + Double(n - counts[j]) * means[j] * means[j]) / Double(n)
      if variance > 0, variance.isFinite { factors[j] = 1 / variance.squareRoot() }
    }
    self.means = means
    self.factors = factors
    guard Double(table.values.count) >= Self.denseShare * Double(n) * Double(p) else {
      storage = .sparse(starts: table.starts, features: table.features, values: table.values)
      return
    }
    var z = [Double](repeating: 0, count: n * p)
    for i in 0..<n {
      for j in 0..<p { z[i * p + j] = -means[j] * factors[j] }
      for k in table.starts[i]..<table.starts[i + 1] {
        let j = Int(table.features[k])
        z[i * p + j] = (table.values[k] - means[j]) * factors[j]
      }
    }
    storage = .dense(z)
  }

  /// zᵢᵀw for all rows into `scores`, from `offset`. Cost: two operations an entry.
  public func multiply(_ w: Span<Double>, into scores: inout MutableSpan<Double>, at offset: Int = 0) {
    switch storage {
    case .dense(let z):
      for i in 0..<rowCount {
        scores[offset + i] = dot(z.span.extracting(i * columnCount..<(i + 1) * columnCount), w)
      }
    case .sparse(let starts, let features, let values):
      let (scaled, shift) = scaledWeights(w)
      for i in 0..<rowCount {
        var sum = -shift
        for k in starts[i]..<starts[i + 1] { sum += values[k] * scaled[Int(features[k])] }
        scores[offset + i] = sum
      }
    }
  }

  /// w ← w + Zᵀu, where w begins at `offset`. Cost: two operations an entry.
  public func addTransposed(_ u: Span<Double>, to w: inout MutableSpan<Double>, at offset: Int = 0) {
    switch storage {
    case .dense(let z):
      for i in 0..<rowCount where u[i] != 0 { Self.add(u[i], z, i * columnCount, columnCount, to: &w, offset) }
    case .sparse(let starts, let features, let values):
      var raw = [Double](repeating: 0, count: columnCount)
      var total = 0.0
      for i in 0..<rowCount {
        total += u[i]
        for k in starts[i]..<starts[i + 1] { raw[Int(features[k])] += u[i] * values[k] }
      }
      for j in 0..<columnCount { w[offset + j] += factors[j] * (raw[j] - means[j] * total) }
    }
  }

  /// zᵢᵀw for one row.
  public func score(_ i: Int, _ w: Span<Double>) -> Double {
    switch storage {
    case .dense(let z): return dot(z.span.extracting(i * columnCount..<(i + 1) * columnCount), w)
    case .sparse(let starts, let features, let values):
      let (scaled, offset) = scaledWeights(w)
      return (starts[i]..<starts[i + 1]).reduce(-offset) { $0 + values[$1] * scaled[Int(features[$1])] }
    }
  }

  /// w ← w + a·zᵢ, where w begins at `offset`.
  public func add(_ a: Double, row i: Int, to w: inout MutableSpan<Double>, at offset: Int = 0) {
    switch storage {
    case .dense(let z): Self.add(a, z, i * columnCount, columnCount, to: &w, offset)
    case .sparse(let starts, let features, let values):
      for j in 0..<columnCount { w[offset + j] -= a * means[j] * factors[j] }
      for k in starts[i]..<starts[i + 1] {
        let j = Int(features[k])
        w[offset + j] += a * values[k] * factors[j]
      }
    }
  }

  /// A stretch of y plus a times a stretch of x.
  private static func add(
    _ a: Double, _ x: [Double], _ start: Int, _ count: Int, to y: inout MutableSpan<Double>, _ offset: Int
  ) {
    precondition(offset >= 0 && offset + count <= y.count, "\(y.count) weights are too few for a row of features")
    x.span.extracting(start..<start + count).withUnsafeBufferPointer { x in
      y.withUnsafeMutableBufferPointer { y in
        for j in 0..<count { y[offset + j] += a * x[j] }
      }
    }
  }

  /// |zᵢ|².
  public func squaredNorm(ofRow i: Int) -> Double {
    switch storage {
    case .dense(let z):
      let row = z.span.extracting(i * columnCount..<(i + 1) * columnCount)
      return dot(row, row)
    case .sparse(let starts, let features, let values):
      var sum = shiftNorm
      for k in starts[i]..<starts[i + 1] {
        let j = Int(features[k])
        let shift = means[j] * factors[j]
        let z = values[k] * factors[j] - shift
        sum += z * z - shift * shift
      }
      return sum
    }
  }

  private var shiftNorm: Double {
    means.indices.reduce(0) { $0 + (means[$1] * factors[$1]) * (means[$1] * factors[$1]) }
  }

  /// w/σ, and what the means make of it.
  private func scaledWeights(_ w: Span<Double>) -> ([Double], Double) {
    var scaled = [Double](repeating: 0, count: columnCount)
    var offset = 0.0
    for j in 0..<columnCount {
      scaled[j] = w[j] * factors[j]
      offset += means[j] * scaled[j]
    }
    return (scaled, offset)
  }
}
