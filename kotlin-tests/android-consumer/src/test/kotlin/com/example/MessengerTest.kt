package com.example

import android.os.Build
import dev.mlskit.MlsClient
import dev.mlskit.defaultFile
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Config

@RunWith(RobolectricTestRunner::class)
@Config(sdk = [Build.VERSION_CODES.UPSIDE_DOWN_CAKE])
class MessengerTest {
    @Test
    fun `the AAR's classes work on Android`() {
        assertEquals(34, Build.VERSION.SDK_INT)
        val app = RuntimeEnvironment.getApplication()
        val file = MlsClient.defaultFile(app)
        runBlocking { useInEarnest(file) }
        assertTrue(file.isFile)
        assertEquals(app.noBackupFilesDir, file.parentFile?.parentFile)
        assertEquals(file, MlsClient.defaultFile(app, "mls.db"))
    }

    @Test
    fun `licences and notices come along`() {
        for (name in listOf("LICENSE-MIT", "LICENSE-APACHE", "THIRD-PARTY-NOTICES")) {
            assertNotNull(name, MlsClient::class.java.getResource("/META-INF/mlskit/$name"))
        }
    }
}
