// SPDX-License-Identifier: Apache-2.0

/// y ← y + a·x. Cost: two streams read, one written; vectorised by the compiler.
public func axpy(_ a: Double, _ x: Span<Double>, _ y: inout MutableSpan<Double>) {
  precondition(x.count == y.count, "axpy needs equal lengths, got \(x.count) and \(y.count)")
  x.withUnsafeBufferPointer { x in
    y.withUnsafeMutableBufferPointer { y in
      for i in 0..<x.count { y[i] += a * x[i] }
    }
  }
}

/// y ← y + a·x in single precision.
public func axpy(_ a: Float, _ x: Span<Float>, _ y: inout MutableSpan<Float>) {
  precondition(x.count == y.count, "axpy needs equal lengths, got \(x.count) and \(y.count)")
  x.withUnsafeBufferPointer { x in
    y.withUnsafeMutableBufferPointer { y in
      for i in 0..<x.count { y[i] += a * x[i] }
    }
  }
}

/// x ← a·x.
public func scale(_ a: Double, _ x: inout MutableSpan<Double>) {
  x.withUnsafeMutableBufferPointer { x in
    for i in 0..<x.count { x[i] *= a }
  }
}

/// z ← x + a·y without allocating.
public func combine(_ x: Span<Double>, _ a: Double, _ y: Span<Double>, into z: inout MutableSpan<Double>) {
  precondition(x.count == y.count && x.count == z.count, "combine needs equal lengths")
  x.withUnsafeBufferPointer { x in
    y.withUnsafeBufferPointer { y in
      z.withUnsafeMutableBufferPointer { z in
        for i in 0..<x.count { z[i] = x[i] + a * y[i] }
      }
    }
  }
}
