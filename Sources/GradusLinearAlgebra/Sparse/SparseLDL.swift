// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// How many eigenvalues of a symmetric matrix are positive, negative and zero, read from D of A = LDLᵀ (Sylvester).
public struct Inertia: Sendable, Hashable, Codable {
  public var positive: Int
  public var negative: Int
  public var zero: Int

  public init(positive: Int, negative: Int, zero: Int = 0) {
    self.positive = positive
    self.negative = negative
    self.zero = zero
  }
}

/// A sparse factorization P·A·Pᵀ = L·D·Lᵀ with diagonal D and no numerical pivoting, for positive definite and
/// quasi-definite matrices.
///
/// Multifrontal: each supernode is a dense panel, and its Schur complement is handed to the parent in the tree through a
/// stack whose size is known from the pattern. Factorizing again with the same pattern allocates nothing. Cost: the
/// `operations` of the symbolic part. References: Duff & Reid, *ACM TOMS* 9 (1983) 302–325; Liu, *SIAM Review* 34 (1992)
/// 82–109; quasi-definite matrices: Vanderbei, *SIAM J. Optim.* 5 (1995).
public struct SparseLDL: Sendable {
  /// Order, supernodes, places.
  public let symbolic: SymbolicLDL
  /// Pivots of the last factorization that were replaced by the rule.
  public private(set) var replacedPivots = 0
  private let backend: LinearAlgebraBackend
  private var panels: [Double]
  private var pivots: [Double]
  private var signs: [Int8]
  private var stack: [Double]
  private var work: [Double]
  private var pending: [(node: Int32, start: Int)] = []

  /// Prepares storage. `signs` are the expected signs of the pivots by original index (+1 or −1); nil expects nothing.
  public init(_ symbolic: SymbolicLDL, signs: [Int8]? = nil, on backend: LinearAlgebraBackend? = nil) {
    self.symbolic = symbolic
    // A native library pays off only for sizeable blocks.
    self.backend = backend ?? (symbolic.operations > 2e6 ? .best() : .portable)
    panels = [Double](repeating: 0, count: symbolic.factorEntryCount)
    pivots = [Double](repeating: 0, count: symbolic.order)
    stack = [Double](repeating: 0, count: symbolic.stackSize)
    work = [Double](repeating: 0, count: max(symbolic.workSize, symbolic.order + symbolic.maximumRows))
    self.signs = signs.map { signs in symbolic.permutation.map { signs[Int($0)] } } ?? []
    precondition(signs.map { $0.count == symbolic.order } ?? true, "one sign for each row is expected")
    pending.reserveCapacity(64)
  }

  /// Analyses and factorizes the upper triangle of a matrix at once.
  public init(_ upper: SparseMatrix, on backend: LinearAlgebraBackend? = nil) throws(FactorizationError) {
    self.init(SymbolicLDL(upper: upper), on: backend)
    try factorize(upper.values)
  }

  /// Factorizes the matrix with these values, in the order of the upper triangle that was analysed.
  ///
  /// Throws `notFinite` when a value is no number or a pivot overflows, and `singular` when a pivot cannot be used and
  /// the rule does not replace it; the factorization must not be used for solving then.
  public mutating func factorize(_ values: [Double], rule: PivotRule = PivotRule()) throws(FactorizationError) {
    precondition(values.count == symbolic.entryCount, "the factorization expects \(symbolic.entryCount) values")
    var kernels = PanelKernels(backend, rule)
    var failedAt: Int?
    let symbolic = symbolic
    values.withUnsafeBufferPointer { values in
      panels.withUnsafeMutableBufferPointer { panels in
        pivots.withUnsafeMutableBufferPointer { pivots in
          stack.withUnsafeMutableBufferPointer { stack in
            work.withUnsafeMutableBufferPointer { work in
              signs.withUnsafeBufferPointer { signs in
                guard let panels = panels.baseAddress, let pivots = pivots.baseAddress, let work = work.baseAddress
                else { return }
                panels.update(repeating: 0, count: symbolic.factorEntryCount)
                symbolic.target.withUnsafeBufferPointer { target in
                  for k in 0..<target.count { panels[target[k]] += values[k] }
                }
                let frame = Frame(
                  panels: panels, pivots: pivots, stack: stack.baseAddress ?? work, work: work,
                  signs: signs.baseAddress.flatMap { signs.count > 0 ? $0 : nil })
                failedAt = Self.eliminate(symbolic, frame, &kernels, &pending)
              }
            }
          }
        }
      }
    }
    replacedPivots = kernels.replaced
    if let failedAt { throw .singular(step: failedAt) }
    for p in pivots where !p.isFinite { throw .notFinite }
  }

  private struct Frame {
    let panels: UnsafeMutablePointer<Double>
    let pivots: UnsafeMutablePointer<Double>
    let stack: UnsafeMutablePointer<Double>
    let work: UnsafeMutablePointer<Double>
    let signs: UnsafePointer<Int8>?
  }

  /// All supernodes in postorder; the first position whose pivot could not be used.
  private static func eliminate(
    _ symbolic: SymbolicLDL, _ frame: Frame, _ kernels: inout PanelKernels, _ pending: inout [(node: Int32, start: Int)]
  ) -> Int? {
    pending.removeAll(keepingCapacity: true)
    var used = 0
    return symbolic.relative.withUnsafeBufferPointer { relative -> Int? in
      for s in 0..<symbolic.supernodeCount {
        let begin = Int(symbolic.first[s])
        let width = Int(symbolic.first[s + 1]) - begin
        let height = symbolic.rowStart[s + 1] - symbolic.rowStart[s]
        let below = height - width
        let panel = frame.panels + symbolic.panelStart[s]
        let hasChildren = pending.last.map { symbolic.parent[Int($0.node)] == Int32(s) } ?? false
        let update = frame.stack + used
        if below > 0 { clearLower(update, below) }
        var base = used
        while let child = pending.last, symbolic.parent[Int(child.node)] == Int32(s) {
          pending.removeLast()
          base = child.start
          let c = Int(child.node)
          let childWidth = Int(symbolic.first[c + 1] - symbolic.first[c])
          let from = symbolic.rowStart[c] + childWidth
          let size = symbolic.rowStart[c + 1] - from
          guard let place = relative.baseAddress else { continue }
          add(frame.stack + child.start, size, place + from, panel, height, width, update, below)
        }
        kernels.factorize(panel, height, width, frame.pivots + begin, frame.signs.map { $0 + begin }, frame.work)
        if let failure = kernels.failure { return begin + failure }
        if below > 0 {
          let l = panel + width
          kernels.scaleColumns(below, width, l, height, frame.pivots + begin, into: frame.work)
          kernels.subtract(below, below, width, l, height, frame.work, below, from: update, below)
          if hasChildren && base < used {
            (frame.stack + base).update(from: update, count: below * below)
          }
          pending.append((Int32(s), base))
          used = base + below * below
        } else {
          used = base
        }
      }
      return nil
    }
  }

  private static func clearLower(_ a: UnsafeMutablePointer<Double>, _ n: Int) {
    for j in 0..<n { (a + j * n + j).update(repeating: 0, count: n - j) }
  }

  /// Adds a child's update matrix (lower triangle, `size` rows) into the parent's panel and update matrix.
  private static func add(
    _ source: UnsafeMutablePointer<Double>, _ size: Int, _ place: UnsafePointer<Int32>,
    _ panel: UnsafeMutablePointer<Double>, _ height: Int, _ width: Int, _ update: UnsafeMutablePointer<Double>,
    _ below: Int
  ) {
    for j in 0..<size {
      let column = Int(place[j])
      let from = source + j * size
      if column < width {
        let to = panel + column * height
        for i in j..<size { to[Int(place[i])] += from[i] }
      } else {
        let to = update + (column - width) * below - width
        for i in j..<size { to[Int(place[i])] += from[i] }
      }
    }
  }

  /// The signs of the pivots. Meaningful when none was replaced.
  public var inertia: Inertia {
    var result = Inertia(positive: 0, negative: 0)
    for d in pivots {
      if d > 0 { result.positive += 1 } else if d < 0 { result.negative += 1 } else { result.zero += 1 }
    }
    return result
  }

  /// D by original index.
  public var diagonal: Vector {
    var d = Vector.zeros(symbolic.order)
    for (k, i) in symbolic.permutation.enumerated() { d[Int(i)] = pivots[k] }
    return d
  }

  /// b ← A⁻¹·b with the last factorization. Allocates nothing. Cost: twice the entries of L.
  public mutating func solve(_ b: inout [Double]) {
    precondition(b.count == symbolic.order, "a right-hand side of \(symbolic.order) elements was expected")
    let symbolic = symbolic
    let n = symbolic.order
    b.withUnsafeMutableBufferPointer { b in
      panels.withUnsafeBufferPointer { panels in
        pivots.withUnsafeBufferPointer { pivots in
          work.withUnsafeMutableBufferPointer { work in
            symbolic.permutation.withUnsafeBufferPointer { permutation in
              guard let panels = panels.baseAddress, let x = work.baseAddress, let b = b.baseAddress else { return }
              for k in 0..<n { x[k] = b[Int(permutation[k])] }
              SparseSolve.run(symbolic, panels, pivots, x, x + n, backend)
              for k in 0..<n { b[Int(permutation[k])] = x[k] }
            }
          }
        }
      }
    }
  }
}
