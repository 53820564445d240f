// SPDX-License-Identifier: Apache-2.0
public import GradusLinearAlgebra
public import GradusNumerics

/// Completion of a matrix of rank k from some of its entries, by regressions on one factor after the other.
///
///     M ≈ U·Vᵀ:    v_j ≈ argmin |U_Ωj·v − M_Ωj,j|  for every column j,   V = QR,   then the same for the rows with Q fixed
///
/// Incoherent, orthonormal U make U_Ωjᵀ·U_Ωj nearly p·I, so a few steps of conjugate gradients from the last v_j solve a
/// regression well enough: the linear rate survives inner errors of a constant fraction of the distance from the solution.
/// A sweep then costs about 10·|Ω|·k multiplications with two steps, instead of |Ω|·k² for exact regressions.
///
/// The start is the span of the leading k left singular vectors of P_Ω(M)/p, where rows longer than 2√(μk/m) are shortened.
/// Theory draws new entries for every sweep; here all are used in each.
///
/// Reference: P. Jain, P. Netrapalli, S. Sanghavi, *Low-rank matrix completion using alternating minimization*, STOC 2013;
/// Y. Gu, Z. Song, J. Yin, L. Zhang, *Low rank matrix completion via robust alternating minimization in nearly linear
/// time*, ICLR 2024.
public struct AlternatingCompletion: Sendable {
  /// How a regression is solved.
  public enum Regression: Sendable, Hashable {
    /// By Cholesky factors of the normal equations: |Ω_j|k²/2 + k³/6 multiplications.
    case exact
    /// So many steps of conjugate gradients on the normal equations: 2|Ω_j|k multiplications each, and as many for the
    /// first residual.
    case conjugateGradients(steps: Int)
    /// The same in the variable R·v, where S·U_Ωj = Q·R and S is a CountSketch with 4k + 8 rows: for columns with few
    /// entries, whose normal equations are not nearly p·I. |Ω_j|k + 8k³ multiplications more.
    case sketched(steps: Int)
    /// Conjugate gradients, sketched or not, until |Aᵀ(b − Av)| ≤ share·misfit·|Aᵀb| for the misfit before the sweep, at
    /// most 50 steps: the inner error follows the outer one.
    case scheduled(share: Double, isSketched: Bool)
  }

  /// k.
  public let rank: Int
  /// Multiplications with additions of all regressions and orthogonalizations so far; the start is not counted.
  public private(set) var operations = 0
  private let byColumns: SparseMatrix
  private let byRows: SparseMatrix
  /// Row after row, k numbers each; M ≈ left·rightᵀ. The left one has orthonormal columns.
  private var left: [Double]
  private var right: [Double]
  private var random: RandomStream

  /// From the entries that were observed; every stored entry counts, zeros too.
  ///
  /// Throws `notFinite` when an entry is not a number. Cost: at most 60·|Ω|·k multiplications and
  /// 120·m·k² for the span of the start; less where it settles sooner.
  public init(
    _ observed: SparseMatrix, rank: Int, incoherence: Double = 2, random: RandomStream
  ) throws(FactorizationError) {
    let (m, n) = (observed.rowCount, observed.columnCount)
    precondition(0 < rank && rank <= min(m, n), "the rank lies between 1 and the smaller side of the matrix")
    precondition(incoherence > 0, "an incoherence is positive")
    guard observed.values.allSatisfy(\.isFinite) else { throw .notFinite }
    self.rank = rank
    byColumns = observed
    byRows = observed.transposed()
    right = [Double](repeating: 0, count: n * rank)
    self.random = random.child("sketches")
    var stream = random.child("completion")
    var basis = Matrix(rowCount: m, columnCount: rank, elements: stream.normals(m * rank).elements)
    basis = try QRFactorization(basis, on: .portable).orthonormal
    for _ in 0..<30 {
      let image = Self.matrix(Self.squared(observed, Self.rows(of: basis), rank), rank)
      let next = try QRFactorization(image, on: .portable).orthonormal
      let overlap = basis.transposed.times(next)
      basis = next
      // The squared cosines of the angles between the spans add up to k when they are the same.
      let kept = overlap.elements.reduce(0) { $0 + $1 * $1 }
      if Double(rank) - kept <= 1e-6 * Double(rank) { break }
    }
    left = Self.rows(of: basis)
    let longest = 2 * (incoherence * Double(rank) / Double(m)).squareRoot()
    for i in 0..<m {
      let length = Vector(Array(left[i * rank..<(i + 1) * rank])).norm
      if length > longest { for c in 0..<rank { left[i * rank + c] *= longest / length } }
    }
    left = Self.rows(of: try QRFactorization(Self.matrix(left, rank), on: .portable).orthonormal)
  }

  /// New columns' factors, then new rows' factors.
  ///
  /// Throws `notFinite` when a regression overflows.
  public mutating func sweep(_ regression: Regression) throws(FactorizationError) {
    let tolerance = tolerance(of: regression)
    Self.regress(byColumns, left, &right, regression, tolerance, rank, &random, &operations)
    try Self.orthonormalize(&right, passingTo: &left, rank)
    Self.regress(byRows, right, &left, regression, tolerance, rank, &random, &operations)
    try Self.orthonormalize(&left, passingTo: &right, rank)
    operations += 5 * (left.count + right.count) * rank / 2
  }

  /// New factors of the columns alone; those of the rows stay.
  public mutating func regressColumns(_ regression: Regression) {
    let tolerance = tolerance(of: regression)
    Self.regress(byColumns, left, &right, regression, tolerance, rank, &random, &operations)
  }

  private mutating func tolerance(of regression: Regression) -> Double {
    guard case .scheduled(let share, _) = regression else { return 0 }
    operations += byColumns.entryCount * (rank + 2)
    return share * misfit
  }

  /// The completed entry in row `i` and column `j`.
  public func entry(_ i: Int, _ j: Int) -> Double {
    var sum = 0.0
    for c in 0..<rank { sum += left[i * rank + c] * right[j * rank + c] }
    return sum
  }

  /// The root of Σ (entry − observed)² over Σ observed², over the entries that were observed.
  public var misfit: Double { HeldOutError(self, byColumns).error }

  /// A·Aᵀ·X, X and the result by rows of k numbers: one pass over the entries, column by column.
  private static func squared(_ a: SparseMatrix, _ x: [Double], _ k: Int) -> [Double] {
    var result = [Double](repeating: 0, count: x.count)
    var column = [Double](repeating: 0, count: k)
    x.withUnsafeBufferPointer { x in
      result.withUnsafeMutableBufferPointer { result in
        column.withUnsafeMutableBufferPointer { z in
          for j in 0..<a.columnCount {
            for c in 0..<k { z[c] = 0 }
            for p in a.range(ofColumn: j) {
              let (row, value) = (Int(a.rows[p]) * k, a.values[p])
              for c in 0..<k { z[c] += value * x[row + c] }
            }
            for p in a.range(ofColumn: j) {
              let (row, value) = (Int(a.rows[p]) * k, a.values[p])
              for c in 0..<k { result[row + c] += value * z[c] }
            }
          }
        }
      }
    }
    return result
  }

  /// V = Q·R: V ← Q and U ← U·Rᵀ, which leaves U·Vᵀ as it is.
  private static func orthonormalize(
    _ v: inout [Double], passingTo u: inout [Double], _ rank: Int
  ) throws(FactorizationError) {
    let factors = try QRFactorization(matrix(v, rank), on: .portable)
    let triangle = factors.triangle
    v = rows(of: factors.orthonormal)
    var row = [Double](repeating: 0, count: rank)
    for i in 0..<u.count / rank {
      for a in 0..<rank {
        var sum = 0.0
        for b in a..<rank { sum += triangle[a, b] * u[i * rank + b] }
        row[a] = sum
      }
      for a in 0..<rank { u[i * rank + a] = row[a] }
    }
  }

  private static func matrix(_ rows: [Double], _ rank: Int) -> Matrix {
    Matrix(rowCount: rank, columnCount: rows.count / rank, elements: rows).transposed
  }

  private static func rows(of matrix: Matrix) -> [Double] { matrix.transposed.elements }
}

extension AlternatingCompletion {
  /// One regression for each column of `observed` on the rows of `factor`, from what `solution` holds.
  private static func regress(
    _ observed: SparseMatrix, _ factor: [Double], _ solution: inout [Double], _ regression: Regression,
    _ tolerance: Double, _ k: Int, _ random: inout RandomStream, _ operations: inout Int
  ) {
    var workspace = ColumnRegression(k, random)
    factor.withUnsafeBufferPointer { u in
      solution.withUnsafeMutableBufferPointer { v in
        for j in 0..<observed.columnCount {
          let entries = observed.range(ofColumn: j)
          let x = UnsafeMutableBufferPointer(rebasing: v[j * k..<(j + 1) * k])
          switch regression {
          case .exact: workspace.solve(observed, entries, u, x)
          case .conjugateGradients(let steps):
            workspace.descend(observed, entries, u, x, .init(steps: steps), isSketched: false)
          case .sketched(let steps):
            workspace.descend(observed, entries, u, x, .init(steps: steps), isSketched: true)
          case .scheduled(_, let isSketched):
            let end = ColumnRegression.End(steps: 50, tolerance: tolerance)
            workspace.descend(observed, entries, u, x, end, isSketched: isSketched)
          }
        }
      }
    }
    operations += workspace.operations
    random = workspace.random
  }
}
