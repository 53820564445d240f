// SPDX-License-Identifier: Apache-2.0

extension MatrixEngine {
  /// C ← γ·A·B + β·D + α·I where A·B is known to be symmetric: X·Xᵀ, or two matrices that commute.
  ///
  /// Only the tiles on and below the diagonal are multiplied, about half the work of a general product; the others mirror
  /// them, so C is symmetric to the last bit. D is another matrix than C.
  @specialized(where T == Float)
  @specialized(where T == Double)
  package func symmetricProduct<T: MatrixScalar>(
    _ a: MatrixView<T>, _ b: MatrixView<T>, into c: UnsafeMutablePointer<T>, _ gamma: T = 1,
    plus beta: T = 0, times d: UnsafeMutablePointer<T>? = nil, diagonal alpha: T = 0
  ) {
    let n = a.rows
    precondition(a.columns == b.rows && b.columns == n, "the shapes of a symmetric product do not fit")
    let width = Self.tile(n)
    let side = (n + width - 1) / width
    let whole = MatrixView(c, n, n)
    share(side * (side + 1) / 2) { index in
      // Pairs (row, column) with column ≤ row, counted along the rows.
      var (row, column) = (0, index)
      while column > row {
        column -= row + 1
        row += 1
      }
      let (i, j) = (row * width, column * width)
      let (height, length) = (min(width, n - i), min(width, n - j))
      block(
        a.block(i, 0, height, a.columns), b.block(0, j, b.rows, length), whole.block(i, j, height, length), gamma, 0)
      Self.finish(c, n, i, j, height, length, plus: beta, times: d, diagonal: alpha)
    }
  }

  /// Adds what belongs to one tile and writes its mirror image.
  @inline(__always)
  private static func finish<T: MatrixScalar>(
    _ c: UnsafeMutablePointer<T>, _ n: Int, _ first: Int, _ left: Int, _ height: Int, _ length: Int, plus beta: T,
    times d: UnsafeMutablePointer<T>?, diagonal alpha: T
  ) {
    if let d {
      for i in first..<first + height {
        let (row, other) = (c + i * n + left, d + i * n + left)
        for j in 0..<length { row[j] += beta * other[j] }
      }
    }
    if first == left {
      for i in first..<first + height { c[i * n + i] += alpha }
    }
    // In squares of eight: rows a power of two apart share few places of the cache.
    for i0 in stride(from: first, to: first + height, by: 8) {
      let below = min(8, first + height - i0)
      for j in left..<min(left + length, i0 + below) {
        let (from, to) = (c + i0 * n + j, c + j * n + i0)
        if below == 8, j < i0 {
          var lane = SIMD8<T>(repeating: 0)
          for k in 0..<8 { lane[k] = from[k * n] }
          UnsafeMutableRawPointer(to).storeBytes(of: lane, as: SIMD8<T>.self)
        } else {
          for k in max(0, j + 1 - i0)..<max(below, j + 1 - i0, 0) { to[k] = from[k * n] }
        }
      }
    }
  }
}
