package dev.mlskit

import android.content.Context
import java.io.File

/**
 * Where a client's file belongs: a folder `mlskit` in [Context.getNoBackupFilesDir], made here if there is none, which
 * neither Auto Backup nor a device transfer takes and which can be read from the first unlock of the device on. A restored
 * backup is an old state, which would use keys a second time.
 *
 * [name] is the file's name, for apps with several clients.
 *
 * ```kotlin
 * val client = MlsClient.open(MlsClient.defaultFile(context), key, ClientId("alice@example.com"))
 * ```
 *
 * @throws IllegalStateException when the folder can't be made.
 */
public fun MlsClient.Companion.defaultFile(
    context: Context,
    name: String = "mls.db",
): File {
    val folder = File(context.noBackupFilesDir, "mlskit")
    check(folder.isDirectory || folder.mkdir() || folder.isDirectory) { "$folder can't be made" }
    return File(folder, name)
}
