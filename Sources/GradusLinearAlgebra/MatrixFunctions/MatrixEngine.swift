// SPDX-License-Identifier: Apache-2.0
public import GradusNative

/// Who computes matrix functions: threads, products, and memory for what is on the way. Belongs to one task at a time.
///
/// Products are divided into tiles by size alone, each computed by one thread of one BLAS call: the bits do not depend on
/// the number of threads.
public final class MatrixEngine {
  let routines: MatrixRoutines
  private let crew: WorkCrew?
  /// Whose factorizations are used.
  package let backend: LinearAlgebraBackend
  private var blocks: [RawStorage?] = []

  /// An engine that shares work with `crew`; `backend` says whose products are used.
  public init(crew: WorkCrew? = nil, backend: LinearAlgebraBackend = .best()) {
    self.crew = crew
    self.backend = backend
    routines = MatrixRoutines(backend)
  }

  /// Memory for `count` numbers that holds them until the same place is asked for again.
  @specialized(where T == Float)
  @specialized(where T == Double)
  package func scratch<T: MatrixScalar>(_ place: Int, _ count: Int, _ type: T.Type = T.self) -> UnsafeMutablePointer<T>
  {
    while blocks.count <= place { blocks.append(nil) }
    let bytes = max(1, count) * MemoryLayout<T>.stride
    if let block = blocks[place], block.byteCount >= bytes { return block.address.assumingMemoryBound(to: T.self) }
    blocks[place] = nil
    guard let block = RawStorage(byteCount: bytes) else {
      preconditionFailure("the system grants no \(bytes) bytes for a matrix of \(count) numbers")
    }
    blocks[place] = block
    return block.address.bindMemory(to: T.self, capacity: count)
  }

  /// Calls `body` for every index, on the crew's threads where there are some.
  func share(_ count: Int, _ body: (Int) -> Void) {
    if let crew, count > 1 { return crew.run(count, body) }
    for index in 0..<count { body(index) }
  }

  /// Width of the panels of a product: enough of them for a few threads, and wide enough that dividing costs nothing.
  static func panel(_ length: Int) -> Int { length >= 512 ? 256 : max(1, length) }

  /// Side of the tiles of a symmetric product: small ones leave out more of it.
  static func tile(_ order: Int) -> Int { order >= 256 ? 128 : order >= 128 ? 64 : max(1, order) }

  /// C ← α·A·B + β·C, C in row-major memory. When β = 0, C need not hold numbers.
  @specialized(where T == Float)
  @specialized(where T == Double)
  package func multiply<T: MatrixScalar>(
    _ a: MatrixView<T>, _ b: MatrixView<T>, into c: MatrixView<T>, _ alpha: T = 1, plus beta: T = 0
  ) {
    precondition(
      a.columns == b.rows && c.rows == a.rows && c.columns == b.columns && !c.isTransposed,
      "the shapes of a product do not fit")
    let (m, n) = (c.rows, c.columns)
    let alongRows = m >= n
    let width = Self.panel(max(m, n))
    share((max(m, n) + width - 1) / width) { index in
      let first = index * width
      let length = min(width, max(m, n) - first)
      if alongRows {
        block(a.block(first, 0, length, a.columns), b, c.block(first, 0, length, n), alpha, beta)
      } else {
        block(a, b.block(0, first, b.rows, length), c.block(0, first, m, length), alpha, beta)
      }
    }
  }

  /// One tile by one thread.
  func block<T: MatrixScalar>(_ a: MatrixView<T>, _ b: MatrixView<T>, _ c: MatrixView<T>, _ alpha: T, _ beta: T) {
    let (m, n, k) = (c.rows, c.columns, a.columns)
    guard m > 0, n > 0 else { return }
    // Row-major C = A·B is column-major Cᵀ = Bᵀ·Aᵀ, for which nothing is moved.
    if k > 0, m * n * k > 256,
      T.gemm(
        routines, b.form, a.form, n, m, k, alpha, b.elements, b.stride, a.elements, a.stride, beta, c.elements, c.stride
      )
    {
      return
    }
    for i in 0..<m {
      let row = c.elements + i * c.stride
      for j in 0..<n { row[j] = beta == 0 ? 0 : beta * row[j] }
      for p in 0..<k {
        let factor = alpha * a[i, p]
        if b.isTransposed {
          for j in 0..<n { row[j] += factor * b.elements[j * b.stride + p] }
        } else {
          let line = b.elements + p * b.stride
          for j in 0..<n { row[j] += factor * line[j] }
        }
      }
    }
  }
}

extension MatrixView {
  /// Element (i, j).
  @inline(__always)
  package subscript(i: Int, j: Int) -> T {
    elements[isTransposed ? j * stride + i : i * stride + j]
  }
}
