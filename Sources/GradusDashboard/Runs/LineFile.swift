// SPDX-License-Identifier: Apache-2.0
import GradusCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file to which lines are appended. What was appended survives the end of the process, however it ends.
package final class LineFile: Sendable {
  private let path: String
  private let descriptor: Int32

  /// Opens the file; makes it where there is none. `isNew`: there must be none.
  package init(_ path: String, isNew: Bool = false) throws(FileFailure) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (isNew ? O_EXCL : 0), 0o644)
    guard descriptor >= 0 else {
      throw FileFailure(path: path, action: "write", cause: String(cString: strerror(errno)))
    }
  }

  deinit { close(descriptor) }

  /// Appends whole lines at once. `isDurable`: they must have reached the disk before this returns.
  package func append(_ bytes: [UInt8], isDurable: Bool = false) throws(FileFailure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileFailure(path: path, action: "write", cause: String(cString: strerror(errno))) }
      rest = rest.dropFirst(count)
    }
    if isDurable, fsync(descriptor) != 0, errno != EINVAL, errno != ENOTSUP {
      throw FileFailure(path: path, action: "flush", cause: String(cString: strerror(errno)))
    }
  }

  /// Names of the files of a folder, in order, with the time of their last change and their sizes.
  package static func files(in folder: String) throws(FileFailure) -> [(name: String, changed: Double, size: Int)] {
    guard let stream = opendir(folder) else {
      throw FileFailure(path: folder, action: "read", cause: String(cString: strerror(errno)))
    }
    defer { closedir(stream) }
    var found: [(name: String, changed: Double, size: Int)] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard !name.hasPrefix(".") else { continue }
      var status = stat()
      guard stat("\(folder)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
      #if canImport(Darwin)
        let time = status.st_mtimespec
      #else
        let time = status.st_mtim
      #endif
      found.append((name, Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec), Int(status.st_size)))
    }
    return found.sorted { $0.name < $1.name }
  }
}
