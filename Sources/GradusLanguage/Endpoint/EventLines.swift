// SPDX-License-Identifier: Apache-2.0

/// Cuts a stream of server-sent events into the data of each: lines `data: …`, whatever pieces the bytes come in.
///
/// Source: WHATWG HTML, "Server-sent events", 9.2.6. Other fields and comments are passed over. A line is decoded when it is
/// whole, so that a character that two pieces share is not torn.
struct EventLines {
  private var line: [UInt8] = []
  private var data: [UInt8] = []
  private var hasData = false

  /// Takes bytes in; `each` hears of the data of every event that has ended.
  mutating func take(_ bytes: UnsafeRawBufferPointer, each: ([UInt8]) -> Void) {
    for byte in bytes {
      guard byte == UInt8(ascii: "\n") else {
        line.append(byte)
        continue
      }
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      end(each)
      line.removeAll(keepingCapacity: true)
    }
  }

  /// The last line may lack its end.
  mutating func finish(each: ([UInt8]) -> Void) {
    if !line.isEmpty { end(each) }
    line = []
    end(each)
  }

  private mutating func end(_ each: ([UInt8]) -> Void) {
    if line.isEmpty {
      if hasData { each(data) }
      data.removeAll(keepingCapacity: true)
      hasData = false
    } else if line.starts(with: "data:".utf8) {
      var value = line.dropFirst(5)
      if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
      if hasData { data.append(UInt8(ascii: "\n")) }
      data += value
      hasData = true
    }
  }
}
