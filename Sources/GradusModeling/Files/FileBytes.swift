// SPDX-License-Identifier: Apache-2.0
internal import GradusNative

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file's content in memory, followed by a line end that the file need not have.
///
/// Scanners stop at line ends only, so the guard spares them a bounds check on every byte.
package struct FileBytes: Sendable {
  package let path: String
  /// The content and one line feed more.
  package let bytes: [UInt8]

  package init(path: String, content: [UInt8]) {
    self.path = path
    var guarded = content
    guarded.append(10)
    bytes = guarded
  }

  package init(path: String, text: String) { self.init(path: path, content: Array(text.utf8)) }

  /// Reads the whole file in one go. Cost: one copy by the kernel.
  package init(contentsOf path: String) throws(ReadError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw ReadError(file: path, cause: FileBytes.reason(errno), expected: "a readable file")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw ReadError(file: path, cause: FileBytes.reason(errno), expected: "a readable file")
    }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw ReadError(file: path, cause: "this is a directory", expected: "a file")
    }
    guard Int(status.st_size) <= ReadLimits.fileBytes else { throw FileBytes.tooLarge(path) }
    self.path = path
    bytes = try FileBytes.drain(descriptor, path: path, guess: Int(status.st_size))
  }

  /// Reads the whole file, decompressed when its name ends with `.gz`. Without zlib, a compressed file is an error of
  /// type `MissingComponent`.
  package static func load(_ path: String) throws -> FileBytes {
    let file = try FileBytes(contentsOf: path)
    guard ModelFile.fileExtension(of: path).isCompressed else { return file }
    let zlib = try Zlib()
    do throws(ZlibError) {
      var content = try zlib.inflated([UInt8](file.bytes.dropLast()), limit: ReadLimits.fileBytes)
      content.append(10)
      return FileBytes(path: path, guarded: content)
    } catch {
      throw ReadError(file: path, cause: error.description, expected: "gzip data of at most 2 GiB")
    }
  }

  private init(path: String, guarded: [UInt8]) {
    self.path = path
    bytes = guarded
  }

  /// Reads until the end: pipes and devices do not know their size beforehand.
  private static func drain(_ descriptor: Int32, path: String, guess: Int) throws(ReadError) -> [UInt8] {
    var content: [UInt8] = []
    var capacity = max(guess + 2, 1 << 16)
    while true {
      let have = content.count
      var failure: Int32 = 0
      var isComplete = false
      let wanted = capacity
      let grown = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
        content.withUnsafeBufferPointer { old in
          if have > 0, let source = old.baseAddress { buffer.baseAddress?.update(from: source, count: have) }
        }
        count = have
        while count < wanted - 1, let base = buffer.baseAddress {
          let got = read(descriptor, base + count, wanted - 1 - count)
          if got < 0 {
            if errno == EINTR { continue }
            failure = errno
            return
          }
          if got == 0 {
            base[count] = 10
            count += 1
            isComplete = true
            return
          }
          count += got
        }
      }
      if failure != 0 { throw ReadError(file: path, cause: reason(failure), expected: "a readable file") }
      if isComplete { return grown }
      guard grown.count <= ReadLimits.fileBytes else { throw tooLarge(path) }
      content = grown
      capacity = 2 * wanted
    }
  }

  package static func tooLarge(_ path: String) -> ReadError {
    ReadError(
      file: path, cause: "the file is larger than \(ReadLimits.fileBytes) bytes", expected: "a smaller file")
  }

  private static func reason(_ code: Int32) -> String {
    switch code {
    case ENOENT: "no such file"
    case EACCES, EPERM: "permission denied"
    default: String(cString: strerror(code))
    }
  }
}
