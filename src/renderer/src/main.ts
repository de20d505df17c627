import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { i18n } from './locale'
import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import '@fontsource-variable/noto-sans-sc/wght.css' // for computers without a Chinese font; only the subsets in use are loaded
import './styles/tokens.css'
import './styles/base.css'

createApp(App).use(createPinia()).use(i18n).mount('#app')
