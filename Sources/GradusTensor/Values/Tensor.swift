// SPDX-License-Identifier: Apache-2.0
import GradusNative

/// An n-dimensional array of Float or Double: an immutable value of three words that shares its memory.
///
/// Elements lie in one flat block; shape and strides say how, so that transposing, slicing and stretching copy nothing.
/// Arithmetic is done on a `TensorTape`, which computes, records and differentiates.
public struct Tensor: Sendable {
  var storage: RawStorage
  /// Shape, strides and precision.
  public private(set) var layout: TensorLayout
  /// Where element 0, 0, … is, counted in elements.
  let offset: Int

  init(_ storage: RawStorage, _ layout: TensorLayout, offset: Int = 0) {
    self.storage = storage
    self.layout = layout
    self.offset = offset
  }

  /// Extents.
  public var shape: TensorShape { layout.shape }

  /// The number of elements.
  public var count: Int { layout.count }

  /// The format of the elements.
  public var precision: Precision { layout.precision }

  /// A tensor whose memory is its own and not yet filled.
  static func uninitialized(_ shape: TensorShape, _ precision: Precision) -> Tensor {
    guard let storage = RawStorage(byteCount: StoragePool.roundedSize(shape.count * precision.byteCount).size) else {
      preconditionFailure("no memory for a tensor of shape \(shape): use smaller batches or fewer parameters")
    }
    return Tensor(storage, TensorLayout(shape, precision))
  }

  /// `elements` in row-major order.
  public init(_ elements: [Float], _ shape: TensorShape) {
    precondition(elements.count == shape.count, "shape \(shape) does not hold \(elements.count) elements")
    self = .uninitialized(shape, .single)
    elements.withUnsafeBytes {
      storage.address.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(storage.address), byteCount: $0.count)
    }
  }

  /// `elements` in row-major order.
  public init(_ elements: [Double], _ shape: TensorShape) {
    precondition(elements.count == shape.count, "shape \(shape) does not hold \(elements.count) elements")
    self = .uninitialized(shape, .double)
    elements.withUnsafeBytes {
      storage.address.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(storage.address), byteCount: $0.count)
    }
  }

  /// A vector.
  public init(_ elements: [Float]) { self.init(elements, TensorShape([elements.count])) }

  /// A vector.
  public init(_ elements: [Double]) { self.init(elements, TensorShape([elements.count])) }

  /// `value` everywhere.
  public init(repeating value: Double, _ shape: TensorShape = [], _ precision: Precision = .single) {
    self = .uninitialized(shape, precision)
    switch precision {
    case .single: pointer(Float.self).update(repeating: Float(value), count: count)
    case .double: pointer(Double.self).update(repeating: value, count: count)
    }
  }

  /// Element 0, 0, … in memory. Written to only by those who made the tensor and have not handed it on.
  func pointer<T>(_ type: T.Type) -> UnsafeMutablePointer<T> {
    storage.address.assumingMemoryBound(to: T.self) + offset
  }

  /// The value of a tensor of one element.
  public var scalar: Double {
    precondition(count == 1, "a tensor of shape \(shape) is not a scalar")
    switch precision {
    case .single: return Double(pointer(Float.self)[0])
    case .double: return pointer(Double.self)[0]
    }
  }

  /// The elements in row-major order.
  public var floats: [Float] {
    switch precision {
    case .single: elements(Float.self)
    case .double: elements(Double.self).map(Float.init)
    }
  }

  /// The elements in row-major order.
  public var doubles: [Double] {
    switch precision {
    case .single: elements(Float.self).map(Double.init)
    case .double: elements(Double.self)
    }
  }

  private func elements<T: BitwiseCopyable>(_ type: T.Type) -> [T] {
    let source = pointer(T.self)
    if layout.isContiguous { return [T](UnsafeBufferPointer(start: source, count: count)) }
    return [T](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard let target = buffer.baseAddress else { return }
      StridedCopy.run(source, layout, to: target)
      initialized = count
    }
  }

  /// Σ xᵢ² in double precision, in chunks of 4,096 elements.
  public var sumOfSquares: Double {
    guard layout.isContiguous else { return copied(to: precision).sumOfSquares }
    var total = 0.0, start = 0
    while start < count {
      let end = min(count, start + 4096)
      var part = 0.0
      switch precision {
      case .single:
        let x = pointer(Float.self)
        var lanes = SIMD8<Double>(repeating: 0), i = start
        while i &+ 8 <= end {
          let wide = SIMD8<Double>(UnsafeRawPointer(x + i).loadUnaligned(as: SIMD8<Float>.self))
          lanes += wide * wide
          i &+= 8
        }
        part = lanes.sum()
        while i < end {
          part += Double(x[i]) * Double(x[i])
          i &+= 1
        }
      case .double: part = Lanes.dot(pointer(Double.self) + start, pointer(Double.self) + start, end - start)
      }
      total += part
      start = end
    }
    return total
  }

  /// The elements of a contiguous tensor in single precision, without a copy.
  public func withFloats<R, E: Error>(_ body: (UnsafeBufferPointer<Float>) throws(E) -> R) throws(E) -> R {
    precondition(
      precision == .single && layout.isContiguous, "withFloats needs a contiguous tensor in single precision")
    return try body(UnsafeBufferPointer(start: pointer(Float.self), count: count))
  }

  /// The elements of a contiguous tensor in single precision, to be changed in place; copies them first when they are
  /// shared. This is how update rules change parameters.
  public mutating func withMutableFloats<R, E: Error>(
    _ body: (inout MutableSpan<Float>) throws(E) -> R
  ) throws(E) -> R {
    precondition(precision == .single, "withMutableFloats needs single precision")
    makeUnique()
    var span = UnsafeMutableBufferPointer(start: pointer(Float.self), count: count).mutableSpan
    return try body(&span)
  }

  /// The elements in double precision, to be changed in place; copies them first when they are shared.
  public mutating func withMutableDoubles<R, E: Error>(
    _ body: (inout MutableSpan<Double>) throws(E) -> R
  ) throws(E) -> R {
    precondition(precision == .double, "withMutableDoubles needs double precision")
    makeUnique()
    var span = UnsafeMutableBufferPointer(start: pointer(Double.self), count: count).mutableSpan
    return try body(&span)
  }

  mutating func isOnlyReference() -> Bool { isKnownUniquelyReferenced(&storage) }

  private mutating func makeUnique() {
    if isKnownUniquelyReferenced(&storage), layout.isContiguous { return }
    self = copied(to: precision)
  }

  /// A contiguous copy, in this or another precision.
  public func copied(to precision: Precision) -> Tensor {
    switch precision {
    case .single: Tensor(floats, shape)
    case .double: Tensor(doubles, shape)
    }
  }
}

extension Tensor: CustomStringConvertible {
  /// Shape, precision and the first elements.
  public var description: String {
    let shown = (count <= 8 ? doubles[...] : view(first: 8)).map { String(Float($0)) }.joined(separator: " ")
    return "\(precision) \(shape): \(shown)\(count > 8 ? " …" : "")"
  }

  private func view(first n: Int) -> ArraySlice<Double> { doubles.prefix(n) }
}
