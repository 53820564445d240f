// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusAskTell
import GradusHeader

/// Copies text into a buffer of the caller, cut at the end of a character and ended by a zero; the length of all of it.
@discardableResult
func write(_ text: String, to buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int64) -> Int64 {
  let bytes = Array(text.utf8)
  guard let buffer, capacity > 0 else { return Int64(bytes.count) }
  var end = min(bytes.count, Int(clamping: capacity) - 1)
  // Bytes 10xxxxxx continue a character.
  while end > 0, end < bytes.count, bytes[end] & 0xC0 == 0x80 { end -= 1 }
  for i in 0..<end { buffer[i] = CChar(bitPattern: bytes[i]) }
  buffer[end] = 0
  return Int64(bytes.count)
}

/// The bytes of text that the caller gives; to the first zero where `length` is negative.
func text(_ start: UnsafePointer<CChar>?, _ length: Int64) throws -> [UInt8] {
  guard let start else { throw AskTellError(.badRequest, "the description is NULL") }
  let count = length < 0 ? String(cString: start).utf8.count : Int(length)
  return UnsafeBufferPointer(start: start, count: count).map { UInt8(bitPattern: $0) }
}

/// The JSON object that the caller gives.
func description(_ start: UnsafePointer<CChar>?, _ length: Int64) throws -> JSONValue {
  let json = try JSONValue(parsing: try text(start, length))
  guard json.members != nil else { throw AskTellError(.badRequest, "the description must be a JSON object") }
  return json
}

/// `count` numbers of the caller. Throws where there is no buffer for them.
func numbers(_ start: UnsafePointer<Double>?, _ count: Int, _ name: String) throws -> [Double] {
  guard count > 0 else { return [] }
  guard let start else { throw AskTellError(.badRequest, "\(name) is NULL and should hold \(count) numbers") }
  return [Double](UnsafeBufferPointer(start: start, count: count))
}

/// `count` identifiers or places of the caller.
func whole(_ start: UnsafePointer<Int64>?, _ count: Int, _ name: String) throws -> [Int] {
  guard count > 0 else { return [] }
  guard let start else { throw AskTellError(.badRequest, "\(name) is NULL and should hold \(count) numbers") }
  return UnsafeBufferPointer(start: start, count: count).map { Int($0) }
}

/// A count of the caller: not negative, and small enough that the buffers of `width` numbers each can exist.
func size(_ count: Int64, _ width: Int, _ name: String) throws -> Int {
  guard count >= 0, count <= Int64(1 << 47) / Int64(max(1, width)) else {
    throw AskTellError(.badRequest, "\(name) cannot be \(count)")
  }
  return Int(count)
}

/// A buffer of the caller has no room for so many entries.
struct BufferTooSmall: Error {
  var needed: Int
}

/// Runs `body`; what it throws becomes a status and a message in the caller's buffer.
func answering(
  _ message: UnsafeMutablePointer<CChar>?, _ capacity: Int64, _ body: () throws -> Int32
) -> Int32 {
  do { return try body() } catch let error as BufferTooSmall {
    write("there is no room for \(error.needed) entries", to: message, capacity)
    return GRADUS_TOO_SMALL
  } catch {
    let error = AskTellError(error)
    write(error.message.split(whereSeparator: \.isNewline).joined(separator: " "), to: message, capacity)
    return status(of: error)
  }
}

private func status(of error: AskTellError) -> Int32 {
  switch error.code {
  case .malformed: GRADUS_MALFORMED
  case .badRequest, .noRun, .unknownCommand: GRADUS_BAD_REQUEST
  case .unknownId: GRADUS_UNKNOWN_ID
  case .unsuitable: GRADUS_UNSUITABLE
  case .setting: GRADUS_SETTING
  case .state: GRADUS_STATE
  }
}
