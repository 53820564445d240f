// SPDX-License-Identifier: Apache-2.0
import GradusNative

/// Products divided into panels of fixed size, each computed by one thread.
extension TensorEngine {
  /// Multiplications that are worth handing to another thread.
  private static let panelWork = 4_000_000

  /// C ← op(A)·op(B) (+ C) for `batch` matrices that lie `strides` elements apart.
  func multiply<T: TensorElement>(
    _ type: T.Type, batch: Int, _ m: Int, _ n: Int, _ k: Int, _ a: MatrixProducts.Factor, _ b: MatrixProducts.Factor,
    _ c: UnsafeMutablePointer<T>, _ ldc: Int, strides: (a: Int, b: Int, c: Int), accumulates: Bool = false
  ) {
    let work = m * n * k
    guard batch > 0, m > 0, n > 0, work > 0 || !accumulates else { return }
    if batch == 1 || work >= 2 * Self.panelWork {
      for i in 0..<batch {
        panels(
          m, n, k, Self.shifted(a, i * strides.a, type), Self.shifted(b, i * strides.b, type), c + i * strides.c, ldc,
          accumulates: accumulates)
      }
      return
    }
    let group = max(1, min(batch, Self.panelWork / max(1, work)))
    let job = BatchJob(
      products: .init(self), m: m, n: n, k: k, a: a, b: b, c: UnsafeMutableRawPointer(c), ldc: ldc, stepA: strides.a,
      stepB: strides.b, stepC: strides.c, batch: batch, group: group, accumulates: accumulates)
    Parallel.run(team, (batch + group - 1) / group, job) { (job: BatchJob, index: Int) in
      for i in index * job.group..<min(job.batch, (index + 1) * job.group) {
        job.products.value.multiply(
          job.m, job.n, job.k, Self.shifted(job.a, i * job.stepA, T.self), Self.shifted(job.b, i * job.stepB, T.self),
          job.c.assumingMemoryBound(to: T.self) + i * job.stepC, job.ldc, accumulates: job.accumulates)
      }
    }
  }

  static func shifted<T>(_ factor: MatrixProducts.Factor, _ elements: Int, _ type: T.Type) -> MatrixProducts.Factor {
    .init(
      elements: factor.elements + elements * MemoryLayout<T>.stride, stride: factor.stride,
      isTransposed: factor.isTransposed)
  }

  /// One product: panels of rows or of columns of C, whichever is longer, a multiple of 16 wide.
  private func panels<T: TensorElement>(
    _ m: Int, _ n: Int, _ k: Int, _ a: MatrixProducts.Factor, _ b: MatrixProducts.Factor, _ c: UnsafeMutablePointer<T>,
    _ ldc: Int, accumulates: Bool
  ) {
    let wanted = max(1, min(16, m * n * k / Self.panelWork))
    let alongRows = m >= n, length = max(m, n)
    let width = wanted == 1 ? length : max(16, ((length + wanted - 1) / wanted + 15) / 16 * 16)
    let job = PanelJob(
      products: .init(self), m: m, n: n, k: k, a: a, b: b, c: UnsafeMutableRawPointer(c), ldc: ldc,
      alongRows: alongRows, width: width, accumulates: accumulates)
    Parallel.run(team, (length + width - 1) / width, job) { (job: PanelJob, index: Int) in
      let first = index * job.width
      let c = job.c.assumingMemoryBound(to: T.self)
      if job.alongRows {
        job.products.value.multiply(
          min(job.width, job.m - first), job.n, job.k, job.a.rows(from: first, T.self), job.b, c + first * job.ldc,
          job.ldc, accumulates: job.accumulates)
      } else {
        job.products.value.multiply(
          job.m, min(job.width, job.n - first), job.k, job.a, job.b.columns(from: first, T.self), c + first, job.ldc,
          accumulates: job.accumulates)
      }
    }
  }
}

/// The products of an engine, without a reference count: the engine waits for the loop that uses them.
struct BorrowedProducts: BitwiseCopyable {
  private let engine: Unmanaged<TensorEngine>

  init(_ engine: TensorEngine) { self.engine = .passUnretained(engine) }

  @inline(__always)
  var value: MatrixProducts { engine.takeUnretainedValue().products }
}

private struct BatchJob: BitwiseCopyable {
  let products: BorrowedProducts
  let m: Int, n: Int, k: Int
  let a: MatrixProducts.Factor, b: MatrixProducts.Factor
  let c: UnsafeMutableRawPointer
  let ldc: Int, stepA: Int, stepB: Int, stepC: Int, batch: Int, group: Int
  let accumulates: Bool
}

private struct PanelJob: BitwiseCopyable {
  let products: BorrowedProducts
  let m: Int, n: Int, k: Int
  let a: MatrixProducts.Factor, b: MatrixProducts.Factor
  let c: UnsafeMutableRawPointer
  let ldc: Int
  let alongRows: Bool
  let width: Int
  let accumulates: Bool
}
