// SPDX-License-Identifier: Apache-2.0
public import GradusFirstOrder

/// Named tensors as a `.safetensors` file holds them.
///
///     8 bytes      N, little-endian
///     N bytes      JSON: {"name": {"dtype": "F32", "shape": [3, 4], "data_offsets": [0, 48]}, …, "__metadata__": {…}}
///     the rest     the numbers, row-major, little-endian; the offsets cover it without gap or overlap
///
/// **Reference** the format's description at github.com/huggingface/safetensors.
public struct TensorFile: Sendable, Hashable {
  /// How one number is stored.
  public enum ElementType: String, Sendable, Hashable, CaseIterable {
    case float64 = "F64"
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int64 = "I64"
    case int32 = "I32"
    case int16 = "I16"
    case int8 = "I8"
    case uint64 = "U64"
    case uint32 = "U32"
    case uint16 = "U16"
    case uint8 = "U8"
    case bool = "BOOL"
    case float8e5m2 = "F8_E5M2"
    case float8e4m3 = "F8_E4M3"

    /// Bytes of a number.
    public var size: Int {
      switch self {
      case .float64, .int64, .uint64: 8
      case .float32, .int32, .uint32: 4
      case .float16, .bfloat16, .int16, .uint16: 2
      case .int8, .uint8, .bool, .float8e5m2, .float8e4m3: 1
      }
    }
  }

  /// One tensor.
  public struct Entry: Sendable, Hashable {
    public var name: String
    public var type: ElementType
    /// No axes: one number.
    public var shape: [Int]
    /// Its numbers, row-major, little-endian.
    public var bytes: [UInt8]

    public init(name: String, type: ElementType, shape: [Int], bytes: [UInt8]) {
      precondition(
        bytes.count == shape.reduce(type.size, *), "\(bytes.count) bytes for a tensor \(name) of shape \(shape)")
      self.name = name
      self.type = type
      self.shape = shape
      self.bytes = bytes
    }
  }

  /// Bytes of a header up to which a file is read: 100 MB, as the reference reader has it.
  public static let headerLimit = 100_000_000

  /// In the order of their numbers.
  public var entries: [Entry]
  /// Texts that travel with the tensors.
  public var metadata: [String: String]

  public init(entries: [Entry] = [], metadata: [String: String] = [:]) {
    self.entries = entries
    self.metadata = metadata
  }

  /// The tensor of this name.
  public subscript(name: String) -> Entry? { entries.first { $0.name == name } }

  /// Parameters under the names of their layout, in single precision.
  public init(_ parameters: Span<Float>, layout: Layout, metadata: [String: String] = [:]) {
    precondition(parameters.count == layout.count, "\(parameters.count) parameters for a layout of \(layout.count)")
    self.metadata = metadata
    entries = []
    for slot in layout.slots {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(4 * slot.count)
      for i in slot.range { withUnsafeBytes(of: parameters[i].bitPattern.littleEndian) { bytes += $0 } }
      entries.append(Entry(name: slot.name, type: .float32, shape: slot.shape, bytes: bytes))
    }
  }

  /// The parameters of a layout, every one of its tensors and no other; floating-point numbers of all widths are rounded to
  /// single precision.
  public func parameters(for layout: Layout) throws(TensorFileError) -> [Float] {
    var parameters = [Float](repeating: 0, count: layout.count)
    let known = Dictionary(entries.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for slot in layout.slots {
      guard let entry = known[slot.name] else {
        throw TensorFileError("there is no tensor '\(slot.name)'", "one of shape \(slot.shape)")
      }
      guard entry.shape == slot.shape else {
        throw TensorFileError("the tensor '\(slot.name)' has the shape \(entry.shape)", "\(slot.shape)")
      }
      guard let numbers = entry.floats else {
        throw TensorFileError("the tensor '\(slot.name)' holds \(entry.type.rawValue)", "F64, F32, F16 or BF16")
      }
      parameters.replaceSubrange(slot.range, with: numbers)
    }
    let wanted = Set(layout.slots.map(\.name))
    if let other = entries.first(where: { !wanted.contains($0.name) }) {
      throw TensorFileError("the tensor '\(other.name)' is none of the model's", "the tensors of this model alone")
    }
    return parameters
  }
}

extension TensorFile.Entry {
  /// The numbers in single precision; nil for tensors of whole numbers, and of eight bits a number.
  public var floats: [Float]? {
    bytes.withUnsafeBytes { raw in
      func word<W: FixedWidthInteger>(_ i: Int, _ type: W.Type) -> W {
        W(littleEndian: raw.loadUnaligned(fromByteOffset: i * MemoryLayout<W>.size, as: W.self))
      }
      let count = bytes.count / type.size
      switch type {
      case .float64: return (0..<count).map { Float(Double(bitPattern: word($0, UInt64.self))) }
      case .float32: return (0..<count).map { Float(bitPattern: word($0, UInt32.self)) }
      case .bfloat16: return (0..<count).map { Float(bitPattern: UInt32(word($0, UInt16.self)) << 16) }
      case .float16: return (0..<count).map { Self.widened(word($0, UInt16.self)) }
      default: return nil
      }
    }
  }

  /// Half precision by its fields, since not every platform has the type.
  private static func widened(_ half: UInt16) -> Float {
    let sign: Float = half >> 15 == 0 ? 1 : -1
    let (exponent, fraction) = (Int(half >> 10 & 31), Float(half & 1023))
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
    }
  }
}

/// A tensor file that cannot be read, or not as what is wanted.
public struct TensorFileError: Error, Sendable, Hashable, CustomStringConvertible {
  public var cause: String
  public var expected: String
  /// The file; empty for bytes at hand.
  public var file = ""

  init(_ cause: String, _ expected: String) {
    self.cause = cause
    self.expected = expected
  }

  public var description: String { "\(file.isEmpty ? "" : file + ": ")\(cause); expected \(expected)" }
}
