// SPDX-License-Identifier: Apache-2.0
import GradusCore

extension TensorFile {
  /// The tensors in the file at `path`. Throws `TensorFileError`, or `FileFailure` when it cannot be read at all.
  public init(contentsOf path: String) throws {
    do throws(TensorFileError) { try self.init(parsing: try Self.bytes(path)) } catch {
      var named = error
      named.file = path
      throw named
    }
  }

  private static func bytes(_ path: String) throws(TensorFileError) -> [UInt8] {
    do { return try AtomicFile.read(path) } catch { throw TensorFileError("\(error.cause)", "a readable file") }
  }

  /// Written beside its target and renamed, so that an interruption leaves the old file.
  public func write(to path: String) throws { try AtomicFile.write(parts, to: path) }

  /// The bytes of the file: larger numbers first, then by name, as the reference writer orders them.
  public var bytes: [UInt8] { parts.flatMap { $0 } }

  private var parts: [[UInt8]] {
    let sorted = entries.sorted { ($1.type.size, $0.name) < ($0.type.size, $1.name) }
    var members: [JSONValue.Member] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, .string($0.value)) }
      members.append(.init("__metadata__", .object(texts)))
    }
    var offset = 0
    for entry in sorted {
      let end = offset + entry.bytes.count
      members.append(
        .init(
          entry.name,
          [
            "dtype": .string(entry.type.rawValue), "shape": .array(entry.shape.map { .integer($0) }),
            "data_offsets": [.integer(offset), .integer(end)],
          ]))
      offset = end
    }
    var header = JSONValue.object(members).serialized()
    while header.count % 8 != 0 { header.append(0x20) }
    let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { [UInt8]($0) }
    return [length, header] + sorted.map(\.bytes)
  }

  /// The tensors in bytes that are at hand. Everything is checked: sizes, offsets, names.
  public init(parsing bytes: [UInt8]) throws(TensorFileError) {
    let header = try Self.header(bytes)
    let start = 8 + header.length
    let size = bytes.count - start
    self.init()
    var places: [(range: Range<Int>, index: Int)] = []
    var names: Set<String> = []
    for member in header.members {
      guard names.insert(member.name).inserted else {
        throw TensorFileError("the name '\(member.name)' stands twice", "different names")
      }
      if member.name == "__metadata__" {
        metadata = try Self.texts(member.value)
        continue
      }
      let (type, shape, range) = try Self.description(member, size)
      places.append((range, entries.count))
      entries.append(
        Entry(
          name: member.name, type: type, shape: shape,
          bytes: Array(bytes[start + range.lowerBound..<start + range.upperBound])))
    }
    places.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    var end = 0
    for place in places {
      guard place.range.lowerBound == end else {
        throw TensorFileError(
          "the tensor '\(entries[place.index].name)' begins at byte \(place.range.lowerBound) of the numbers",
          "\(end), where the one before ends")
      }
      end = place.range.upperBound
    }
    guard end == size else {
      throw TensorFileError("the numbers take \(size) bytes", "\(end), as the header says")
    }
    entries = places.map { entries[$0.index] }
  }

  private static func header(
    _ bytes: [UInt8]
  ) throws(TensorFileError) -> (members: [JSONValue.Member], length: Int) {
    guard bytes.count >= 8 else {
      throw TensorFileError("the file has \(bytes.count) bytes", "at least 8 for the length of the header")
    }
    let length = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    guard length <= UInt64(headerLimit) else {
      throw TensorFileError("the header is said to take \(length) bytes", "at most \(headerLimit)")
    }
    guard Int(length) <= bytes.count - 8 else {
      throw TensorFileError(
        "the file ends within its header of \(length) bytes", "a file that was written to its end")
    }
    let json: JSONValue
    do throws(JSONError) { json = try JSONValue(parsing: Array(bytes[8..<8 + Int(length)])) } catch {
      throw TensorFileError("the header is no JSON: \(error)", "an object of tensors")
    }
    guard let members = json.members else {
      throw TensorFileError("the header is no JSON object", "an object of tensors")
    }
    return (members, Int(length))
  }

  private static func texts(_ value: JSONValue) throws(TensorFileError) -> [String: String] {
    var texts: [String: String] = [:]
    guard let members = value.members else {
      throw TensorFileError("'__metadata__' is no object", "an object of texts")
    }
    for member in members {
      guard let text = member.value.text else {
        throw TensorFileError("'\(member.name)' in '__metadata__' is no text", "an object of texts")
      }
      texts[member.name] = text
    }
    return texts
  }

  private static func description(
    _ member: JSONValue.Member, _ size: Int
  ) throws(TensorFileError) -> (type: ElementType, shape: [Int], range: Range<Int>) {
    let name = member.name
    guard let word = member.value["dtype"]?.text, let type = ElementType(rawValue: word) else {
      let known = ElementType.allCases.map(\.rawValue).joined(separator: ", ")
      throw TensorFileError("the type of '\(name)' is unknown", "\"dtype\" as one of \(known)")
    }
    var shape: [Int] = []
    var count = type.size
    for axis in member.value["shape"]?.elements ?? [.null] {
      guard let length = axis.whole, length >= 0 else {
        throw TensorFileError("the shape of '\(name)' is no list of lengths", "\"shape\": [3, 4]")
      }
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard !overflow else {
        throw TensorFileError("the shape of '\(name)' is too large", "a shape that fits the file")
      }
      count = product
      shape.append(length)
    }
    let offsets = member.value["data_offsets"]?.elements?.compactMap(\.whole) ?? []
    guard offsets.count == 2, member.value["data_offsets"]?.elements?.count == 2, offsets[0] >= 0,
      offsets[0] <= offsets[1], offsets[1] <= size
    else {
      throw TensorFileError(
        "the offsets of '\(name)' do not lie in the \(size) bytes of numbers",
        "\"data_offsets\": [begin, end] within a file that was written to its end")
    }
    guard offsets[1] - offsets[0] == count else {
      throw TensorFileError(
        "'\(name)' has \(offsets[1] - offsets[0]) bytes", "\(count) for \(type.rawValue) of shape \(shape)")
    }
    return (type, shape, offsets[0]..<offsets[1])
  }
}
