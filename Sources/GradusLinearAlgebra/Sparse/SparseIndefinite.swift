// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// A factorization of a sparse symmetric matrix, definite or not, with threshold pivoting:
///
///     P·S·A·S·Pᵀ = L·D·Lᵀ,   D with blocks of order 1 and 2, S diagonal
///
/// Made for the saddle-point systems of interior-point methods: the inertia is exact as far as rounding allows, singular
/// matrices are factorized and their zero pivots counted, and factorizing again with the same pattern neither analyses
/// nor allocates. Small matrices are one dense front; larger ones are multifrontal over a minimum degree order, and a
/// column without an acceptable pivot is delayed to the parent's front. Cost: as `SymbolicLDL.operations` says when
/// nothing is delayed, n³/3 for small matrices.
/// References: Duff & Reid, *ACM TOMS* 9 (1983) 302–325; Duff, *ACM TOMS* 30 (2004) 118–144.
public struct SparseIndefinite: Sendable {
  /// How pivots are chosen and the matrix is scaled.
  public struct Options: Sendable, Hashable, Codable {
    /// u in (0, ½]: multipliers stay below 1/u. Larger values are more stable and delay more columns.
    public var threshold = 1e-8
    /// After scaling, a column with no entry above this times the largest entry of the matrix counts as zero.
    public var zeroTolerance = 1e-14
    /// Passes of the equilibration by powers of two; 0 takes the matrix as it is.
    public var scalingPasses = 4

    public init() {}
  }

  /// What iterative refinement reached.
  public struct Refinement: Sendable, Hashable, Codable {
    /// max |b − A·x|ᵢ / (|A|·|x| + |b|)ᵢ.
    public var backwardError: Double
    /// ‖b − A·x‖∞ / ‖b‖∞; 0 for b = 0 solved exactly.
    public var residual: Double
    /// Corrections that were made.
    public var steps: Int
  }

  /// Matrices up to this order are factorized as one dense front.
  public static let smallOrder = 64

  /// The order of the matrix.
  public let order: Int
  /// Entries of the upper triangle that was analysed.
  public var entryCount: Int { rows.count }
  /// Read by every factorization; may be changed between them.
  public var options: Options
  /// Signs of the pivots of the last factorization.
  public private(set) var inertia = Inertia(positive: 0, negative: 0)

  let starts: [Int32]
  let rows: [Int32]
  var small: SmallIndefinite?
  var frontal: FrontalIndefinite?
  var scales: [Double]
  private var scaled: [Double]
  var work: [Double]

  /// Analyses the pattern of an upper triangle (row ≤ column); its values are not read. Entries on the diagonal are not
  /// needed. A `symbolic` analysis of the same pattern that is at hand forces the multifrontal way.
  public init(
    pattern upper: SparseMatrix, symbolic: SymbolicLDL? = nil, options: Options = Options(),
    on backend: LinearAlgebraBackend? = nil
  ) {
    precondition(upper.rowCount == upper.columnCount, "an LDLᵀ factorization needs a square matrix")
    precondition(
      symbolic.map { $0.order == upper.columnCount && $0.entryCount == upper.entryCount } ?? true,
      "the symbolic analysis belongs to another pattern")
    order = upper.columnCount
    self.options = options
    (starts, rows) = (upper.starts, upper.rows)
    if symbolic == nil && order <= Self.smallOrder {
      for j in 0..<order {
        for p in upper.range(ofColumn: j) {
          precondition(Int(upper.rows[p]) <= j, "only the upper triangle of a symmetric matrix is given")
        }
      }
      small = SmallIndefinite(upper)
    } else {
      let symbolic = symbolic ?? SymbolicLDL(upper: upper)
      // A native library pays off only for sizeable blocks.
      frontal = FrontalIndefinite(symbolic, on: backend ?? (symbolic.operations > 2e6 ? .best() : .portable))
    }
    scales = [Double](repeating: 1, count: order)
    scaled = [Double](repeating: 0, count: max(1, upper.entryCount))
    work = [Double](repeating: 0, count: 4 * order)
  }

  /// Analyses and factorizes the upper triangle of a matrix at once. Throws `notFinite`.
  public init(
    _ upper: SparseMatrix, options: Options = Options(), on backend: LinearAlgebraBackend? = nil
  ) throws(FactorizationError) {
    self.init(pattern: upper, options: options, on: backend)
    try factorize(upper.values)
  }

  /// The analysis; nil for small matrices, which have none.
  public var symbolic: SymbolicLDL? { frontal?.symbolic }

  /// How often a column was handed on to a parent front in the last factorization.
  public var delayedPivots: Int { frontal?.delays ?? 0 }

  /// Entries of L in the last factorization, explicit zeros included.
  public var factorEntryCount: Int { frontal?.factorEntryCount ?? order * (order + 1) / 2 }

  /// Factorizes the matrix with these values, in the order of the upper triangle that was analysed.
  ///
  /// A singular matrix is no error: see `inertia.zero`. Throws `notFinite` when a value is not finite or the elimination
  /// overflows; the factorization must not be used for solving then.
  public mutating func factorize(_ values: [Double]) throws(FactorizationError) {
    precondition(values.count == rows.count, "the factorization expects \(rows.count) values")
    precondition(options.threshold > 0 && options.threshold <= 0.5, "the pivot threshold lies in (0, ½]")
    let top = equilibrate(values)
    if !top.isFinite { throw .notFinite }
    let bounds = PivotBounds(threshold: options.threshold, tiny: options.zeroTolerance * top)
    let finite = scaled.withUnsafeBufferPointer { scaled in
      guard let numbers = scaled.baseAddress else { return true }
      return (small?.factorize(numbers, bounds) ?? true) && (frontal?.factorize(numbers, bounds) ?? true)
    }
    if !finite { throw .notFinite }
    inertia = small?.inertia ?? frontal?.inertia ?? inertia
  }

  /// Sets the scales and the scaled values; the largest of them, NaN when one is not finite.
  private mutating func equilibrate(_ values: [Double]) -> Double {
    let (n, passes, starts, rows) = (order, options.scalingPasses, starts, rows)
    return scales.withUnsafeMutableBufferPointer { scales in
      scaled.withUnsafeMutableBufferPointer { scaled in
        work.withUnsafeMutableBufferPointer { work in
          values.withUnsafeBufferPointer { values in
            SymmetricScaling.Pattern.of(n, starts, rows) { pattern in
              guard let scales = scales.baseAddress, let scaled = scaled.baseAddress, let work = work.baseAddress
              else { return 0 }
              let values = values.baseAddress ?? UnsafePointer(scaled)
              return SymmetricScaling.apply(pattern, values, passes: passes, scales, into: scaled, work)
            }
          }
        }
      }
    }
  }
}
