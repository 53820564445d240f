// SPDX-License-Identifier: Apache-2.0

extension CodeTape {
  /// Points computed together: each instruction is looked up once for so many.
  static let batch = 32
  private typealias Lanes = SIMD8<Double>

  /// The values of all roots at `count` points: x[j·count + p] is variable j of point p, and result[k·count + p] is root k.
  ///
  /// Cost: instructions × points. The values of a point do not depend on the others.
  public func values(of x: [Double], count: Int) -> [Double] {
    precondition(x.count == inputCount * count, "\(inputCount) variables of \(count) points were expected")
    let width = Self.batch
    let size = registerCount * width * MemoryLayout<Double>.stride
    return [Double](unsafeUninitializedCapacity: outputs.count * count) { result, initialized in
      x.withUnsafeBufferPointer { x in
        // Lanes that cross cache lines cost half the speed.
        withUnsafeTemporaryAllocation(byteCount: size, alignment: 64) { bytes in
          bytes.initializeMemory(as: UInt8.self, repeating: 0)
          guard let r = bytes.baseAddress?.assumingMemoryBound(to: Double.self), let target = result.baseAddress
          else { return }
          let source = x.baseAddress ?? UnsafePointer(target)
          var first = 0
          while first < count {
            let used = min(width, count - first)
            // Lanes without a point compute with what an earlier batch left, for nobody.
            for j in 0..<inputCount { (r + j * width).update(from: source + j * count + first, count: used) }
            run(bytes)
            for (k, output) in outputs.enumerated() {
              (target + k * count + first).update(from: r + Int(output) * width, count: used)
            }
            first += used
          }
        }
      }
      initialized = outputs.count * count
    }
  }

  /// The values of all roots at one point.
  public func values(at point: [Double]) -> [Double] { values(of: point, count: 1) }

  private func run(_ bytes: UnsafeMutableRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    let stride = Self.batch * MemoryLayout<Double>.stride
    let step = 8 * MemoryLayout<Double>.stride
    func unary(_ i: Instruction, _ body: (Lanes) -> Lanes) {
      let (t, a) = (base + Int(i.target) * stride, base + Int(i.a) * stride)
      for o in Swift.stride(from: 0, to: stride, by: step) {
        (t + o).storeBytes(of: body((a + o).loadUnaligned(as: Lanes.self)), as: Lanes.self)
      }
    }
    func binary(_ i: Instruction, _ first: Int32, _ second: Int32, _ body: (Lanes, Lanes) -> Lanes) {
      let (t, a, b) = (base + Int(i.target) * stride, base + Int(first) * stride, base + Int(second) * stride)
      for o in Swift.stride(from: 0, to: stride, by: step) {
        let value = body((a + o).loadUnaligned(as: Lanes.self), (b + o).loadUnaligned(as: Lanes.self))
        (t + o).storeBytes(of: value, as: Lanes.self)
      }
    }
    func ternary(_ i: Instruction, _ body: (Lanes, Lanes, Lanes) -> Lanes) {
      let (t, a) = (base + Int(i.target) * stride, base + Int(i.a) * stride)
      let (b, c) = (base + Int(i.b) * stride, base + Int(i.c) * stride)
      for o in Swift.stride(from: 0, to: stride, by: step) {
        let value = body(
          (a + o).loadUnaligned(as: Lanes.self), (b + o).loadUnaligned(as: Lanes.self),
          (c + o).loadUnaligned(as: Lanes.self))
        (t + o).storeBytes(of: value, as: Lanes.self)
      }
    }
    for i in instructions {
      let number = Lanes(repeating: i.number)
      switch i.code {
      case .constant: unary(i) { _ in number }
      case .copy: unary(i) { $0 }
      case .add: binary(i, i.a, i.b) { $0 + $1 }
      case .subtract: binary(i, i.a, i.b) { $0 - $1 }
      case .multiply: binary(i, i.a, i.b) { $0 * $1 }
      case .divide: binary(i, i.a, i.b) { $0 / $1 }
      case .addNumber: unary(i) { $0 + number }
      case .scale: unary(i) { $0 * number }
      case .scaleAdd: binary(i, i.a, i.c) { number * $0 + $1 }
      case .multiplyAdd: ternary(i) { $0 * $1 + $2 }
      case .multiplySubtract: ternary(i) { $2 - $0 * $1 }
      case .function, .function2, .select: apply(i, base.assumingMemoryBound(to: Double.self))
      }
    }
  }

  private func apply(_ i: Instruction, _ r: UnsafeMutablePointer<Double>) {
    let width = Self.batch
    let t = r + Int(i.target) * width
    let (a, b, c) = (r + Int(i.a) * width, r + Int(i.b) * width, r + Int(i.c) * width)
    for p in 0..<width {
      switch i.code {
      case .select: t[p] = a[p] != 0 ? b[p] : c[p]
      case .function2: t[p] = i.operation.value(a[p], b[p])
      default:
        t[p] =
          i.operation == .constantPower ? integralPower(a[p], i.number) : i.operation.value(a[p], number: i.number)
      }
    }
  }
}
