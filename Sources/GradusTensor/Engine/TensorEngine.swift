// SPDX-License-Identifier: Apache-2.0
public import GradusLinearAlgebra
import GradusNative

/// Who computes tensors: threads, matrix products, and memory that is used again. Belongs to one task at a time.
///
/// The same operations give the same bits for every number of threads: work is divided by size alone.
public final class TensorEngine {
  let team: WorkTeam
  /// The caller's thread alone, for loops that are too short to share.
  let alone = WorkTeam(width: 1)
  let products: MatrixProducts
  var pool = StoragePool()
  private var layouts = LayoutTable()
  private var temporaries: [Tensor?] = []
  /// The memory of tensors that have none.
  private let ghostStorage = Tensor(repeating: .nan, [], .double)
  /// The most bytes that may be in use; an operation that would exceed it fails before it asks for them.
  public var memoryLimit: Int
  /// Whether the result of every operation is checked for NaN and infinity: slower, and names the operation.
  public var checksFinite = false

  /// An engine with `threads` threads; `backend` says whose matrix products are used.
  public init(
    threads: Int = 1, backend: LinearAlgebraBackend = .best(), memoryLimit: Int = .max
  ) {
    team = WorkTeam(width: threads)
    products = MatrixProducts(backend)
    self.memoryLimit = memoryLimit
  }

  /// How many threads compute.
  public var threads: Int { team.width }

  /// Bytes in tensors of this engine and in its pool.
  public var memoryInUse: Int { pool.ledger.inUse }

  /// Bytes in tensors of this engine that somebody refers to.
  package var liveMemory: Int { pool.ledger.inUse - pool.freeBytes }

  /// The most bytes in use since `resetPeakMemory()`.
  public var peakMemory: Int { pool.ledger.peak }

  /// How many blocks were asked of the system so far; constant from the second step of a training on.
  public var blockAllocations: Int { pool.ledger.allocations }

  /// Lets `peakMemory` begin again.
  public func resetPeakMemory() { pool.ledger.resetPeak() }

  /// Gives memory that is only kept for later back to the system.
  public func releaseUnusedMemory() { pool.clear() }

  /// Empties `tensor`, whose memory, if nobody else refers to it, serves for tensors to come.
  public func recycle(_ tensor: inout Tensor?) {
    if tensor?.isOnlyReference() == true, let block = tensor?.storage { pool.put(block) }
    tensor = nil
  }

  /// A tensor that was made on the way: its memory serves again once the operation that made it is over.
  func recycle(_ tensor: Tensor) { temporaries.append(tensor) }

  /// To be called between operations, when nobody on the stack holds a temporary.
  func recycleTemporaries() {
    while !temporaries.isEmpty {
      recycle(&temporaries[temporaries.count - 1])
      temporaries.removeLast()
    }
  }

  func layout(_ shape: TensorShape, _ precision: Precision) -> TensorLayout { layouts.layout(shape, precision) }

  func layout(_ shape: TensorShape, _ strides: SIMD8<Int>, _ precision: Precision) -> TensorLayout {
    layouts.layout(shape, strides, precision)
  }

  /// A contiguous tensor to be filled by whoever asked for it.
  func make(_ shape: TensorShape, _ precision: Precision, for operation: String) throws(TensorError) -> Tensor {
    let bytes = shape.count * precision.byteCount
    if memoryLimit != .max, pool.ledger.inUse - pool.freeBytes + bytes > memoryLimit {
      throw .memory(operation: operation, wanted: bytes, inUse: pool.ledger.inUse - pool.freeBytes, limit: memoryLimit)
    }
    guard let storage = pool.take(bytes) else {
      throw .memory(operation: operation, wanted: bytes, inUse: pool.ledger.inUse, limit: memoryLimit)
    }
    return Tensor(storage, layout(shape, precision))
  }

  /// A contiguous tensor that holds `value` everywhere.
  func filled(
    _ value: Double, _ shape: TensorShape, _ precision: Precision, for operation: String
  ) throws(TensorError) -> Tensor {
    let result = try make(shape, precision, for: operation)
    switch precision {
    case .single: result.pointer(Float.self).update(repeating: Float(value), count: result.count)
    case .double: result.pointer(Double.self).update(repeating: value, count: result.count)
    }
    return result
  }

  /// The same elements in row-major order; the tensor itself when they lie so already.
  func contiguous(_ tensor: Tensor, for operation: String) throws(TensorError) -> Tensor {
    if tensor.layout.isContiguous { return tensor }
    let result = try make(tensor.shape, tensor.precision, for: operation)
    switch tensor.precision {
    case .single: copy(tensor, to: result, Float.self)
    case .double: copy(tensor, to: result, Double.self)
    }
    return result
  }

  private func copy<T: TensorElement>(_ source: Tensor, to target: Tensor, _ type: T.Type) {
    let from = source.pointer(T.self), to = target.pointer(T.self), layout = source.layout
    guard layout.count > Parallel.block else { return StridedCopy.run(from, layout, to: to) }
    let width = layout.shape[-1], rows = layout.count / width
    let step = max(1, Parallel.block / width)
    let job = CopyJob(from: from, to: to, layout: .passUnretained(layout), rows: rows, step: step)
    Parallel.run(team, (rows + step - 1) / step, job) { (job: CopyJob, index: Int) in
      StridedCopy.rows(
        job.from.assumingMemoryBound(to: T.self), job.layout.takeUnretainedValue(),
        to: job.to.assumingMemoryBound(to: T.self), from: index * job.step, until: min(job.rows, (index + 1) * job.step)
      )
    }
  }

  /// A tensor of which only shape and precision are left.
  func ghost(of tensor: Tensor) -> Tensor {
    Tensor(ghostStorage.storage, layout(tensor.shape, SIMD8(repeating: 0), tensor.precision))
  }

  func isGhost(_ tensor: Tensor) -> Bool { tensor.storage === ghostStorage.storage }

  /// A view of the same memory.
  func view(_ tensor: Tensor, _ shape: TensorShape, _ strides: SIMD8<Int>, offset: Int = 0) -> Tensor {
    Tensor(tensor.storage, layout(shape, strides, tensor.precision), offset: tensor.offset + offset)
  }

  /// A contiguous tensor's memory in another shape of the same size.
  func reshaped(_ tensor: Tensor, _ shape: TensorShape) -> Tensor {
    Tensor(tensor.storage, layout(shape, tensor.precision), offset: tensor.offset)
  }

  /// Whether all elements are finite.
  func isFinite(_ tensor: Tensor) -> Bool {
    switch tensor.precision {
    case .single: Self.isFinite(tensor, Float.self)
    case .double: Self.isFinite(tensor, Double.self)
    }
  }

  private static func isFinite<T: TensorElement>(_ tensor: Tensor, _ type: T.Type) -> Bool {
    guard tensor.layout.isContiguous else { return tensor.doubles.allSatisfy(\.isFinite) }
    // x·0 is 0 for finite x and NaN otherwise, and NaN survives every sum.
    let x = tensor.pointer(T.self)
    var lanes = SIMD16<T>(repeating: 0), i = 0
    while i &+ 16 <= tensor.count {
      lanes.addProduct(Lanes.load(x + i), SIMD16<T>(repeating: 0))
      i &+= 16
    }
    var total = Lanes.sum(lanes)
    while i < tensor.count {
      total += x[i] * 0
      i &+= 1
    }
    return total == 0
  }
}

private struct CopyJob: BitwiseCopyable {
  let from: UnsafeMutableRawPointer
  let to: UnsafeMutableRawPointer
  let layout: Unmanaged<TensorLayout>
  let rows: Int
  let step: Int
}
