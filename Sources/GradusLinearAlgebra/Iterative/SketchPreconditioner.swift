// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// The triangle of a sketched tall matrix: with S·A = Q·R, the columns of A·R⁻¹ are nearly orthonormal.
///
///     S: sketchRows × m,   every column of S has `perRow` entries ±1/√perRow in random rows  (1: CountSketch)
///
/// With sketchRows = 4n the condition of A·R⁻¹ is below 4 with overwhelming probability, whatever that of A. When A lacks
/// rank, R is made from S·A over δ·I, so that it can be inverted; least-squares points stay where they are. Reference:
/// Rokhlin & Tygert, *PNAS* 105 (2008); Avron, Maymounkov & Toledo, *SIAM J. Sci. Comput.* 32 (2010); sparse signs after
/// Clarkson & Woodruff, *J. ACM* 63 (2017).
public struct SketchPreconditioner: Sendable {
  /// R, upper triangular, columns of length n.
  private let triangle: Matrix
  /// R⁻¹Qᵀ·S·b: the solution of the sketched problem, a start that is nearly right.
  public let start: Vector
  public let operations: Int

  /// Throws `LinearSystemError` for matrices with fewer rows than columns or entries that are not finite.
  public init(
    _ a: SparseOperator, rightHandSide b: Vector, oversampling: Double = 4, perRow: Int = 8, random: RandomStream
  ) throws(LinearSystemError) {
    let (m, n) = (a.rowCount, a.columnCount)
    guard m >= n, n > 0 else { throw .notSquare(rows: m, columns: n) }
    guard b.count == m, b.isFinite else { throw .unusableVector("it needs \(m) finite entries") }
    let rows = max(n + 8, Int((oversampling * Double(n)).rounded(.up)))
    let nonzeros = max(1, min(perRow, rows))
    var random = random
    var sketch = Matrix(rowCount: rows, columnCount: n)
    var side = Vector.zeros(rows)
    let size = 1 / Double(nonzeros).squareRoot()
    for i in 0..<m {
      let range = a.rows.range(ofColumn: i)
      for _ in 0..<nonzeros {
        let target = random.integer(below: rows)
        let sign = random.next() >> 63 == 0 ? size : -size
        for p in range { sketch[target, Int(a.rows.rows[p])] += sign * a.rows.values[p] }
        side[target] += sign * b[i]
      }
    }
    guard sketch.isFinite else { throw .notFinite(row: 0, column: 0) }
    var (triangle, projected) = try Self.factor(sketch, side)
    let pivots = (0..<n).map { abs(triangle[$0, $0]) }
    let (largest, smallest) = (pivots.max() ?? 0, pivots.min() ?? 0)
    if smallest <= 1e-12 * largest || largest == 0 {
      var taller = Matrix(rowCount: rows + n, columnCount: n)
      for j in 0..<n {
        for i in 0..<rows { taller[i, j] = sketch[i, j] }
        taller[rows + j, j] = largest > 0 ? 1e-4 * largest : 1
      }
      (triangle, projected) = try Self.factor(taller, Vector(side.elements + [Double](repeating: 0, count: n)))
    }
    self.triangle = triangle
    operations = 2 * nonzeros * a.matrix.entryCount + 2 * rows * n * n
    start = Self.solve(triangle, projected)
  }

  private static func factor(_ a: Matrix, _ b: Vector) throws(LinearSystemError) -> (Matrix, Vector) {
    do {
      let qr = try QRFactorization(a)
      return (qr.triangle, Vector(Array(qr.transposedQTimes(b).elements.prefix(a.columnCount))))
    } catch { throw .notFinite(row: 0, column: 0) }
  }

  /// R⁻¹·y.
  public func solve(_ y: Vector) -> Vector { Self.solve(triangle, y) }

  private static func solve(_ r: Matrix, _ y: Vector) -> Vector {
    var x = y
    for j in (0..<y.count).reversed() {
      x[j] /= r[j, j]
      let step = x[j]
      for i in 0..<j { x[i] -= r[i, j] * step }
    }
    return x
  }

  /// R⁻ᵀ·y.
  public func solveTransposed(_ y: Vector) -> Vector {
    var x = y
    for j in x.indices {
      var sum = x[j]
      for i in 0..<j { sum -= triangle[i, j] * x[i] }
      x[j] = sum / triangle[j, j]
    }
    return x
  }

  /// A·R⁻¹.
  public func applied(to a: SparseOperator) -> PreconditionedOperator {
    PreconditionedOperator(base: a, preconditioner: self)
  }
}

/// A·R⁻¹ and its transpose.
public struct PreconditionedOperator: AdjointOperator {
  let base: SparseOperator
  let preconditioner: SketchPreconditioner

  public var rowCount: Int { base.rowCount }
  public var columnCount: Int { base.columnCount }
  public var operationsPerProduct: Int { base.operationsPerProduct + columnCount * columnCount }

  public func multiply(_ x: Span<Double>, into y: inout MutableSpan<Double>) {
    let z = preconditioner.solve(Vector(x.indices.map { x[$0] }))
    base.multiply(z.elements.span, into: &y)
  }

  public func multiplyTransposed(_ y: Span<Double>, into x: inout MutableSpan<Double>) {
    var z = [Double](repeating: 0, count: columnCount)
    var span = z.mutableSpan
    base.multiplyTransposed(y, into: &span)
    let image = preconditioner.solveTransposed(Vector(z))
    for i in x.indices { x[i] = image[i] }
  }
}
