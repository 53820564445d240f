// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the server needs of the file system.
enum ServiceFiles {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// The folder, made where there is none.
  static func make(folder: String) throws(Failure) {
    guard mkdir(folder, 0o755) != 0, errno != EEXIST else { return }
    throw Failure(description: "cannot make the folder \(folder): \(String(cString: strerror(errno)))")
  }

  /// The secret: that of a file, of the environment, or a new one of 128 bits.
  static func token(file: String?) throws(Failure) -> String {
    if let file { return try checked(try firstLine(of: file), "the file \(file)") }
    if let text = getenv("GRADUS_TOKEN").map({ String(cString: $0) }) { return try checked(text, "GRADUS_TOKEN") }
    // The one number that nobody may be able to compute again.
    var generator = SystemRandomNumberGenerator()
    return (0..<2).map { _ in
      let digits = String(generator.next() as UInt64, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  private static func checked(_ text: String, _ place: String) throws(Failure) -> String {
    let token = text.split(whereSeparator: \.isWhitespace).joined()
    guard token.utf8.count >= 16, token.utf8.count <= 1024, token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw Failure(
        description:
          "the token in \(place) must have 16 to 1024 characters of ASCII, such as 'openssl rand -hex 16' makes")
    }
    return token
  }

  private static func firstLine(of file: String) throws(Failure) -> String {
    guard let stream = fopen(file, "r") else {
      throw Failure(description: "cannot read \(file): \(String(cString: strerror(errno)))")
    }
    defer { fclose(stream) }
    var buffer = [UInt8](repeating: 0, count: 2048)
    let count = fread(&buffer, 1, buffer.count, stream)
    let line = buffer[..<count].prefix { $0 != 0x0A && $0 != 0x0D }
    return String(decoding: line, as: UTF8.self)
  }
}
